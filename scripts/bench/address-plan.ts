/** The network of the benchmark: remote hosts' leases in its lower half, those of its own hosts in the upper one. */
export const NETWORK_CONFIG = JSON.stringify({
  Network: '10.128.0.0/9',
  SubnetMin: '10.192.0.0',
  SubnetMax: '10.192.7.0',
  Backend: { Type: 'vxlan' },
});
export const OWN_SUBNETS = '10.192.0.0/10';
