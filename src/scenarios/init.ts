/** Init: the commented scenario that `enisim init` writes. A test reads it, so it is valid. */
export const INITIAL_SCENARIO = `# A cluster to start from. Run it with: enisim run FILE
# Every key, its type and its default: docs/scenario.md. For editors: schema/scenario.schema.json.
apiVersion: enisim/v1
name: my cluster
seed: 1                       # equal seeds give equal results, byte for byte
duration: 4h                  # units: ms, s, m, h, d

region: us-east-1
zones: [us-east-1a, us-east-1b, us-east-1c]

vpc:
  cidrs: [10.0.0.0/16]        # several are possible, such as 100.64.0.0/16 for pods
subnets:
  - { name: nodes-a, cidr: 10.0.0.0/20, zone: us-east-1a }
  - { name: nodes-b, cidr: 10.0.16.0/20, zone: us-east-1b }
  - name: nodes-c
    cidr: 10.0.32.0/20
    zone: us-east-1c
    held:                     # addresses that others take, at the start and over time
      - { owner: load-balancer, count: 16, perHour: 2 }

cni:
  version: 1.23.1
  env:                        # aws-node's own variables; what is not here is as the Helm chart sets it
    WARM_ENI_TARGET: 1
    # WARM_IP_TARGET: 2
    # MINIMUM_IP_TARGET: 10
    # ENABLE_PREFIX_DELEGATION: true
    # AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: true      # needs eniConfigs
    # ENI_CONFIG_LABEL_DEF: topology.kubernetes.io/zone

# eniConfigs:                 # for custom networking: one a zone, or real manifests under manifests: [file.yaml]
#   us-east-1a: { subnet: pods-a, securityGroups: [sg-0123456789abcdef0] }

nodeGroups:
  - name: workers
    instanceType: m5.xlarge
    countPerZone: 10
    maxPods: nodeadm          # or karpenter, ami-script, cni, or a number
  - name: burst
    instanceType: c5.2xlarge
    count: 12
    labels: { pool: burst }
    launch: { at: 1h, pace: 6 }   # comes up later, six nodes a minute

ec2:                          # what is not here has the defaults of data/ec2-defaults.json
  background: { DescribeInstances: 2 }      # calls a second by others in the account
  # buckets: { CreateNetworkInterface: { burst: 100, refill: 5 } }
  # latency: { AttachNetworkInterface: { median: 750ms, p99: 2500ms } }

workloads:
  - kind: replicas            # pods that stay
    name: services
    count: 400
    requests: { cpu: 100m, memory: 128Mi }
  - kind: churn               # pods that come at random and end
    name: jobs
    arrivals: { ratePerMinute: 30, batchMean: 4 }
    lifetime: { median: 3m, p99: 30m }
    requests: { cpu: 50m, memory: 64Mi }
  # - kind: trace             # recorded pods; bundled:azure-vm-v1 and bundled:openb come with enisim
  #   file: bundled:openb
  #   window: { from: 115d, to: 122d }
  #   scaleArrivals: 20

at:                           # what happens at set times
  - time: 3h
    terminate: { nodeGroup: burst, share: 50%, over: 10m }

outputs:
  bin: 60s
  pods: { sample: 1/1 }
`;
