declare const tenantBrand: unique symbol

/** The owner of data. A type of its own, so that no store call and no path can be made without saying whose it is. */
export type Tenant = string & { readonly [tenantBrand]: true }

/** The one tenant of a service that runs without API keys. */
export const DEFAULT_TENANT = 'default' as Tenant

/** Lower-case letters, digits and hyphens, 1 to 63 characters: safe as a folder name and as part of a Redis key. */
export const TENANT_PATTERN = /^[a-z0-9][a-z0-9-]{0,62}$/

/** @throws RangeError when `text` is not a tenant's name */
export function asTenant(text: string): Tenant {
  if (!TENANT_PATTERN.test(text)) {
    throw new RangeError('a tenant is 1 to 63 lower-case letters, digits or hyphens, starting with a letter or digit')
  }
  return text as Tenant
}
