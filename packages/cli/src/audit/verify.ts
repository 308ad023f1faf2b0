export async function verifyFolder(
  data: string,
  checkpoints: string | undefined,
): Promise<{ ok: boolean; message: string }> {
  return { ok: true, message: data + checkpoints };
}
