declare module "*.css" {
  const text: string; // minified by build.mjs
  export default text;
}
