/** One line of a benchmark's table. Medians; both sides measured interleaved in the same run. */
export interface BenchRow {
  name: string;
  /** `µs`, `calls/s`, `MB` … */
  unit: string;
  ours: number;
  /** What it is compared with, by name, in the same unit. */
  peers: Record<string, number>;
  /** Ours against the peer that the target names. */
  ratio?: number;
  /** What it must reach, in words (performance.md). */
  target?: string;
  pass?: boolean;
}
