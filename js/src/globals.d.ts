/** Written into the bundles by build.mjs. */
declare const PAGE_HASH: string;
declare const WASM_HASH: string;
declare const PACKAGE_VERSION: string;

declare module "*.css" {
  const text: string;
  export default text;
}
