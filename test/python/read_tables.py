"""Reads a result folder with pyarrow, pandas, polars and DuckDB, and compares types, metadata and values.

    python read_tables.py FOLDER EXPECTED.json

EXPECTED.json holds, per table and column: kind, nullable, unit and the values of all rows (moments in ms since 1970, spans in ms,
null for null). Prints one line a library and ends with 'ok'; the first difference is an AssertionError with table, column and row.
"""
import json
import sys
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.feather
import pyarrow.parquet

ARROW = {
    'timestamp': pyarrow.timestamp('ms', tz='UTC'), 'duration': pyarrow.duration('ms'), 'f64': pyarrow.float64(), 'u8': pyarrow.uint8(),
    'u16': pyarrow.uint16(), 'u32': pyarrow.uint32(), 'i32': pyarrow.int32(), 'bool': pyarrow.bool_(), 'utf8': pyarrow.string(), 'ipv4': pyarrow.string(),
}
POLARS = {
    'timestamp': polars.Datetime('ms', 'UTC'), 'duration': polars.Duration('ms'), 'f64': polars.Float64, 'u8': polars.UInt8, 'u16': polars.UInt16,
    'u32': polars.UInt32, 'i32': polars.Int32, 'bool': polars.Boolean, 'dictionary': polars.Categorical, 'utf8': polars.String, 'ipv4': polars.String,
}
PANDAS = {'timestamp': 'datetime64[ms, UTC]', 'duration': 'timedelta64[ms]', 'dictionary': 'category'}
DUCKDB = {
    'timestamp': 'TIMESTAMP WITH TIME ZONE', 'duration': 'INTERVAL', 'f64': 'DOUBLE', 'u8': 'UTINYINT', 'u16': 'USMALLINT', 'u32': 'UINTEGER', 'i32': 'INTEGER',
    'bool': 'BOOLEAN', 'utf8': 'VARCHAR', 'ipv4': 'VARCHAR',
}
METADATA = ['command', 'engineVersion', 'scenario', 'scenarioHash', 'seed', 'start', 'table', 'tableVersion']


def same(where, got, expected):
    assert len(got) == len(expected), f'{where}: {len(got)} rows, expected {len(expected)}'
    for row, (a, b) in enumerate(zip(got, expected)):
        assert a == b and (a is None) == (b is None), f'{where}, row {row}: {a!r}, expected {b!r}'


def read(folder, table):
    path = folder / f'{table}.arrow'
    return pyarrow.feather.read_table(path) if path.exists() else pyarrow.parquet.read_table(folder / f'{table}.parquet')


def check_pyarrow(folder, expected):
    for table, columns in expected.items():
        got = read(folder, table)
        got.validate(full=True)
        same(table, got.column_names, list(columns))
        keys = sorted(key.decode() for key in got.schema.metadata if key.startswith(b'enisim.'))
        same(f'{table} metadata', keys, [f'enisim.{key}' for key in METADATA])
        for name, column in columns.items():
            where, field = f'pyarrow {table}.{name}', got.schema.field(name)
            if column['kind'] == 'dictionary':
                assert pyarrow.types.is_dictionary(field.type) and field.type.value_type == pyarrow.string(), f'{where}: {field.type}'
            else:
                assert field.type == ARROW[column['kind']], f'{where}: {field.type}'
            assert field.nullable == column['nullable'], f'{where}: nullable {field.nullable}'
            assert field.metadata[b'unit'].decode() == column['unit'], f'{where}: {field.metadata}'
            assert field.metadata[b'description'], where
            values = got[name].cast(pyarrow.int64()) if column['kind'] in ('timestamp', 'duration') else got[name]
            same(where, values.to_pylist(), column['values'])
    metric = read(folder, 'cluster').schema.field('totalIpAddresses').metadata[b'metric']
    assert metric == b'awscni_total_ip_addresses', metric


def check_pandas(folder, expected):
    for table, columns in expected.items():
        arrow = (folder / f'{table}.arrow').exists()
        frame = pandas.read_feather(folder / f'{table}.arrow') if arrow else pandas.read_parquet(folder / f'{table}.parquet')
        for name, column in columns.items():
            where, series, kind = f'pandas {table}.{name}', frame[name], column['kind']
            if kind in PANDAS:
                assert str(series.dtype) == PANDAS[kind], f'{where}: {series.dtype}'
            if kind in ('timestamp', 'duration'):
                same(where, [None if pandas.isna(v) else v.value // 1_000_000 for v in series], column['values'])
            else:
                same(where, [None if pandas.isna(v) else v for v in series.tolist()], column['values'])


def check_polars(folder, expected):
    for table, columns in expected.items():
        arrow = (folder / f'{table}.arrow').exists()
        path = folder / (f'{table}.arrow' if arrow else f'{table}.parquet')
        eager = polars.read_ipc(path) if arrow else polars.read_parquet(path)
        lazy = (polars.scan_ipc(path) if arrow else polars.scan_parquet(path)).collect()
        assert eager.equals(lazy), f'polars {table}: eager and lazy differ'
        for name, column in columns.items():
            where, series, kind = f'polars {table}.{name}', eager[name], column['kind']
            assert series.dtype == POLARS[kind], f'{where}: {series.dtype}'
            values = series.cast(polars.Int64).to_list() if kind in ('timestamp', 'duration') else series.to_list()
            same(where, values, column['values'])


def check_duckdb(folder, expected):
    with duckdb.connect() as db:
        db.execute("set timezone = 'UTC'")
        for table, columns in expected.items():
            db.register('result', read(folder, table))
            types = {name: kind for name, kind, *_ in db.sql('describe result').fetchall()}
            for name, column in columns.items():
                where, kind = f'DuckDB {table}.{name}', column['kind']
                if kind == 'dictionary':
                    assert types[name] == 'VARCHAR' or types[name].startswith('ENUM('), f'{where}: {types[name]}'
                else:
                    assert types[name] == DUCKDB[kind], f'{where}: {types[name]}'
                quoted = f'"{name}"'
                query = {'timestamp': f'epoch_ms({quoted})', 'duration': f'epoch_ms({quoted})'}.get(kind, quoted)
                same(where, [value for (value,) in db.sql(f'select {query} from result').fetchall()], column['values'])
            db.unregister('result')


def main():
    folder, expected = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
    for check in (check_pyarrow, check_pandas, check_polars, check_duckdb):
        check(folder, expected)
        print(check.__name__.removeprefix('check_'), 'agrees')
    print('ok')


main()
