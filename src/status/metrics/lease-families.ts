import { counter, type Family, gauge, info, labelled } from './family.ts';

/** This host's lease, and the mirror of the others'. */
export function leaseFamilies(): Family[] {
  return [...ownFamilies(), ...mirrorFamilies()];
}

function ownFamilies(): Family[] {
  return [
    info('l3missd_lease_info', "1: this host's lease.", ['subnet', 'public_ip'], ({ stats: { lease } }) =>
      lease === null ? undefined : { subnet: lease.subnet, public_ip: lease.publicIp },
    ),
    gauge(
      'l3missd_lease_expiry_timestamp_seconds',
      "When this host's lease ends unless it is renewed; not told of one without an end.",
      ({ stats: { lease } }) => secondsOf(lease?.expiresAt ?? null),
    ),
    counter(
      'l3missd_lease_renewals_total',
      "Renewals of this host's lease.",
      ({ stats: { lease } }) => lease?.renewals ?? 0,
    ),
    counter(
      'l3missd_lease_reclaims_total',
      "Times that this host's lease vanished and was claimed again.",
      ({ stats: { lease } }) => lease?.reclaims ?? 0,
    ),
  ];
}

function mirrorFamilies(): Family[] {
  return [
    labelled(
      'gauge',
      ['l3missd_mirror_leases', 'state'],
      'Keys of other hosts: usable ("remote"), of another backend, or junk.',
      ({ stats: { mirror } }) => ({
        remote: mirror.remote,
        'other-backend': mirror.otherBackend,
        junk: mirror.junk,
      }),
    ),
    gauge('l3missd_mirror_listed', '1 when the leases were listed completely.', ({ stats: { mirror } }) =>
      Number(mirror.listed),
    ),
    gauge(
      'l3missd_mirror_revision',
      'The revision of etcd that the mirror stands at; beyond 2^53 not exact.',
      ({ stats: { mirror } }) => Number(mirror.revision),
    ),
    labelled(
      'counter',
      ['l3missd_mirror_relists_total', 'reason'],
      'Times that the leases were listed again, by why the watch was not to be trusted.',
      ({ stats: { mirror } }) => mirror.relists,
    ),
    gauge(
      'l3missd_mirror_held_removals',
      'Removals that wait because so many at once are doubted.',
      ({ stats: { mirror } }) => mirror.heldRemovals.waiting,
    ),
    counter(
      'l3missd_mirror_removal_holds_total',
      'Times that removals began to wait.',
      ({ stats: { mirror } }) => mirror.heldRemovals.begun,
    ),
    gauge(
      'l3missd_mirror_stand_in',
      '1 while the daemon goes by the copy on disk because etcd is away.',
      ({ stats: { mirror } }) => Number(mirror.standIn !== null),
    ),
    counter(
      'l3missd_mirror_copy_writes_total',
      'Times that the copy of the leases on disk was written.',
      ({ stats: { mirror } }) => mirror.copy.writes,
    ),
    counter(
      'l3missd_mirror_copy_failures_total',
      'Times that the copy of the leases on disk could not be written.',
      ({ stats: { mirror } }) => mirror.copy.failures,
    ),
  ];
}

function secondsOf(date: string | null): number | undefined {
  return date === null ? undefined : Date.parse(date) / 1000;
}
