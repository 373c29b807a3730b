/** What a listing says of a file; `isLink` for symbolic links and submodules. */
export interface ListedFile {
  path: string;
  sizeBytes: number;
  isLink?: boolean;
}
