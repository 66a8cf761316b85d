/** Paths of the questions that a running daemon answers. */
export const STATS_PATH = '/v1/stats';
export const MISSES_PATH = '/v1/misses';
export const FOLLOW_PATH = '/v1/misses/follow';
export const TOP_PATH = '/v1/top';
export const HISTORY_PATH = '/v1/history';
export const LATENCY_PATH = '/v1/latency';
export const KERNEL_PATH = '/v1/kernel';
export const LEASES_PATH = '/v1/leases';
export const LOOKUP_PATH = '/v1/lookup';
export const DOCTOR_PATH = '/v1/doctor';
/** Served on --status-address alone. */
export const METRICS_PATH = '/metrics';
