// A photograph made smaller before it goes over a weak network; it stays as it is where that fails or is not wanted.

const LONGEST_SIDE = 2560;
const SMALL_BYTES = 1.5 * 1024 * 1024;

export async function smaller(file, keepPosition) {
  if (keepPosition || file.size <= SMALL_BYTES || !window.createImageBitmap) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
    return made && made.size < file.size ? made : file;
  } catch {
    return file; // the desk says what is wrong with it
  }
}
