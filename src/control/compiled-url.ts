/**
 * Where the compiled form of a module lies. Worker threads run compiled code only; the tests, which run the sources
 * themselves, start the same compiled workers as the service does.
 */
export function compiledUrl(module: string, importer: string): URL {
  const url = new URL(module.replace(/\.ts$/, ".js"), importer);
  if (importer.endsWith(".ts")) url.pathname = url.pathname.replace(/\/src\/(?!.*\/src\/)/, "/dist/src/");
  return url;
}
