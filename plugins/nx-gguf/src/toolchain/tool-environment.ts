/** What a child process is: it decides which variables of the environment it gets. */
export type ToolKind = keyof typeof variables;

type Env = Readonly<Record<string, string | undefined>>;

/** What any program needs to start, find its libraries and its user's files, and speak the user's language. */
const common = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'TMP', 'TEMP', 'TZ', 'LANG', 'LANGUAGE', 'LC_*'],
  ...['XDG_*', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'DYLD_FALLBACK_LIBRARY_PATH', 'QEMU_LD_PREFIX'],
  ...['SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'COMSPEC', 'PATHEXT', 'OS', 'USERNAME', 'USERPROFILE'],
  ...[
    'HOMEDRIVE',
    'HOMEPATH',
    'APPDATA',
    'LOCALAPPDATA',
    'PROGRAMDATA',
    'PROGRAMFILES*',
    'COMMONPROGRAMFILES*',
  ],
  ...['NUMBER_OF_PROCESSORS', 'PROCESSOR_*'],
];

/** Devices and threads. Variables of llama.cpp itself are not among them: a result must not depend on the shell. */
const devices = [
  ...[
    'CUDA_*',
    'NVIDIA_*',
    'CUBLAS_*',
    'HIP_*',
    'HSA_*',
    'ROCR_*',
    'ROCM_*',
    'GPU_*',
    'AMD_*',
    'MUSA_*',
    'ASCEND_*',
  ],
  ...[
    'ONEAPI_*',
    'SYCL_*',
    'ZE_*',
    'ZES_*',
    'UR_*',
    'OCL_*',
    'VK_*',
    'VULKAN_SDK',
    'MESA_*',
    'RADV_*',
    'DRI_PRIME',
  ],
  ...['MTL_*', 'METAL_*', 'OMP_*', 'GOMP_*', 'KMP_*', 'MKL_*', 'OPENBLAS_*', 'BLIS_*', 'VECLIB_*'],
];

const network = [
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'FTP_PROXY', 'NO_PROXY'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'],
];

/** Compilers, and where they find headers and libraries. */
const compilers = [
  ...['CC', 'CXX', 'AR', 'AS', 'LD', 'NM', 'RANLIB', 'STRIP', 'LDFLAGS', 'CPATH', 'LIBRARY_PATH'],
  ...[
    'C_INCLUDE_PATH',
    'CPLUS_INCLUDE_PATH',
    'PKG_CONFIG_*',
    'CMAKE_*',
    'NINJA_STATUS',
    'CCACHE_*',
    'SCCACHE_DIR',
  ],
  ...['CUDACXX', 'CUDAHOSTCXX', 'CUDAARCHS', 'NVCC_*', 'HIPCXX', 'MKLROOT', 'LLVM_*', 'NIX_*', 'SDKROOT'],
  ...[
    'MACOSX_DEPLOYMENT_TARGET',
    'DEVELOPER_DIR',
    'INCLUDE',
    'LIB',
    'LIBPATH',
    'VSINSTALLDIR',
    'VCINSTALLDIR',
  ],
  ...[
    'VCTOOLS*',
    'VSCMD_*',
    'VS*COMNTOOLS',
    'VISUALSTUDIOVERSION',
    'WINDOWSSDK*',
    'UCRT*',
    'UNIVERSALCRTSDKDIR',
  ],
  ...['GCC_*', 'COMPILER_PATH', 'SOURCE_DATE_EPOCH'],
];

const python = ['PYTHONUTF8', 'PYTHONIOENCODING', 'PYTHONHOME', 'PYENV_*', 'CONDA_PREFIX', 'LD_PRELOAD'];

/** Programs that open a window for the user, or ask for a password in one. */
const desktop = ['DISPLAY', 'XAUTHORITY', 'WAYLAND_DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'DESKTOP_SESSION'];

/** Names of variables by kind, `*` for any letters; upper case, as case does not count. */
const variables = {
  /** Programs of llama.cpp, and small ones of the system. */
  compute: [...common, ...devices],
  build: [...common, ...devices, ...compilers],
  /** The converter, which reads files that are here. */
  python: [...common, ...devices, ...python],
  /** pip and uv: with what the user's index needs, and compilers for packages without a wheel. */
  install: [...common, ...network, ...compilers, ...python, 'PIP_*', 'UV_*', 'NETRC', 'CFLAGS', 'CXXFLAGS'],
  /** npm, with the user's registry. */
  npm: [...common, ...network, 'NPM_CONFIG_*', 'NPM_TOKEN', 'NODE_AUTH_TOKEN'],
  /** git and git-lfs, with the user's agents and helpers for credentials. */
  git: [
    ...[
      ...common,
      ...network,
      ...desktop,
      'GIT_*',
      'SSH_AUTH_SOCK',
      'SSH_AGENT_PID',
      'SSH_ASKPASS',
      'SSH_ASKPASS_*',
    ],
    ...['GNUPGHOME', 'GPG_TTY', 'GCM_*', 'NETRC', 'KRB5*'],
  ],
  /** A program that a model file names: it may compute and fetch, and declares what else it needs. */
  command: [...common, ...devices, ...network, ...python],
  browser: [...common, ...desktop, 'BROWSER', 'GNOME_*', 'KDE_*', 'WSL*'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** A prefix lets many names through, and none of a secret, but where the tool's own secrets are the user's wish. */
const secret = /TOKEN|SECRET|PASSW|PASS$|_PWD$|CREDENTIAL|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY/i;
const ownSecrets: ReadonlySet<string> = new Set(['PIP_*', 'UV_*', 'NPM_CONFIG_*', 'GIT_*']);
const publishing = /^UV_PUBLISH_/i;

const patterns = new Map(
  Object.entries(variables).map(([kind, names]) => [
    kind,
    names.map((name: string) => ({
      mayBeSecret: !name.includes('*') || ownSecrets.has(name),
      pattern: new RegExp(`^${name.replaceAll('*', '.*')}$`, 'i'),
    })),
  ]),
);

/**
 * The environment of a child: of the variables around it those that its kind needs, so that no token of the user
 * and no secret of a CI reaches a program that has no use for it.
 */
export function toolEnvironment(kind: ToolKind, around: Env): Record<string, string> {
  const allowed = patterns.get(kind) ?? [];
  return Object.fromEntries(
    Object.entries(around).flatMap(([name, value]) =>
      value !== undefined &&
      !publishing.test(name) &&
      allowed.some(({ pattern, mayBeSecret }) => pattern.test(name) && (mayBeSecret || !secret.test(name)))
        ? [[name, value]]
        : [],
    ),
  );
}
