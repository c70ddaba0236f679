/**
 * The api-versions of the resource manager's own types: those that az (2.45 to 2.91), Terraform and the SDKs were seen to
 * send, and the ones published between. Oldest first.
 */

export const resourceVersions = [
  '2015-11-01',
  '2016-02-01',
  '2016-06-01',
  '2016-09-01',
  '2017-05-10',
  '2018-05-01',
  '2018-06-01',
  '2019-05-01',
  '2019-05-10',
  '2019-06-01',
  '2019-07-01',
  '2019-08-01',
  '2019-10-01',
  '2019-11-01',
  '2020-01-01',
  '2020-06-01',
  '2020-08-01',
  '2020-10-01',
  '2021-01-01',
  '2021-04-01',
  '2022-09-01',
  '2022-12-01',
  '2023-07-01',
  '2024-03-01',
  '2024-07-01',
  '2024-11-01',
  '2025-03-01',
  '2025-04-01',
] as const;

export const lockVersions = ['2015-01-01', '2016-09-01', '2017-04-01', '2020-05-01'] as const;

export const permissionVersions = [
  '2015-07-01',
  '2018-01-01-preview',
  '2018-07-01',
  '2022-04-01',
  '2022-05-01-preview',
] as const;
