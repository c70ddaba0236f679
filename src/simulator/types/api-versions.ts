/**
 * The api-versions that each provider's types answer: those that the pinned SDK packages send (arm-monitor 8.0.0,
 * arm-network 39.0.0, arm-operationalinsights 11.0.0), those of the recordings, and those that az, Terraform and the
 * verified Bicep modules were seen to send. Oldest first.
 */

export const scopeVersions = ['2019-10-17-preview', '2021-07-01-preview', '2021-09-01', '2023-06-01-preview'] as const;

export const collectionVersions = ['2021-04-01', '2022-06-01', '2023-03-11', '2024-03-11'] as const;

export const componentVersions = ['2018-05-01-preview', '2020-02-02'] as const;

export const privateDnsVersions = ['2018-09-01', '2020-01-01', '2020-06-01', '2024-06-01'] as const;

export const hybridVersions = [
  '2022-03-10',
  '2022-11-10',
  '2022-12-27',
  '2023-10-03-preview',
  '2024-03-31-preview',
  '2024-07-10',
  '2024-07-31-preview',
  '2024-11-10-preview',
  '2025-01-13',
] as const;

export const graphVersions = [
  '2019-04-01',
  '2020-04-01-preview',
  '2021-03-01',
  '2021-06-01-preview',
  '2022-10-01',
  '2024-04-01',
] as const;

export const networkVersions = [
  '2020-03-01',
  '2020-04-01',
  '2020-05-01',
  '2020-06-01',
  '2020-07-01',
  '2020-08-01',
  '2020-11-01',
  '2021-02-01',
  '2021-03-01',
  '2021-05-01',
  '2021-08-01',
  '2022-01-01',
  '2022-05-01',
  '2022-07-01',
  '2022-09-01',
  '2022-11-01',
  '2023-02-01',
  '2023-04-01',
  '2023-05-01',
  '2023-06-01',
  '2023-09-01',
  '2023-11-01',
  '2024-01-01',
  '2024-03-01',
  '2024-05-01',
  '2024-07-01',
  '2024-10-01',
  '2025-01-01',
  '2025-03-01',
  '2025-05-01',
  '2025-07-01',
  '2025-09-01',
  '2026-01-01',
  '2026-03-01',
] as const;

export const workspaceVersions = [
  '2020-03-01-preview',
  '2020-08-01',
  '2021-06-01',
  '2021-12-01-preview',
  '2022-10-01',
  '2023-09-01',
  '2025-02-01',
  '2025-07-01',
] as const;
