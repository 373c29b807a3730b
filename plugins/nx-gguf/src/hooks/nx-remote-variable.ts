/** The variable that names the server of Nx's own remote cache. */
export const nxRemoteVariable = 'NX_SELF_HOSTED_REMOTE_CACHE_SERVER';
