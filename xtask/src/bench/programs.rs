// SPDX-License-Identifier: GPL-2.0-only
//! What a Linux guest runs to be measured: our own programs, compiled for arm64 against Debian's C
//! library, Dhrystone out of Debian's Linux source, and hackbench out of rt-tests.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::artifacts::apt::Packages;
use crate::artifacts::initramfs::{self, Extra};
use crate::{process, project};

/// The compiler; `./scripts/setup` installs it.
const CLANG: &str = "clang-19";
const LINKER: &str = "ld.lld-19";
/// Dhrystone's files in the Linux source.
const DHRYSTONE: [&str; 3] = ["lib/dhry.h", "lib/dhry_1.c", "lib/dhry_2.c"];
const LINUX_SOURCE: &str = "linux-source-6.12";
/// What hackbench needs at run time: package and file.
const LIBRARIES: [(&str, &str); 5] = [
    ("libc6", "ld-linux-aarch64.so.1"),
    ("libc6", "libc.so.6"),
    ("libc6", "libpthread.so.0"),
    ("libc6", "libm.so.6"),
    ("libnuma1", "libnuma.so.1"),
];

/// The initramfs with all programs and the script that runs them, `root/bench.sh`.
///
/// # Errors
/// When a package cannot be fetched or a program not built.
pub fn initramfs() -> Result<Vec<u8>> {
    let packages = Packages::open()?;
    let folder = project::cache().join("bench");
    fs::create_dir_all(&folder)?;
    let bench = folder.join("bench");
    compile(&packages, &dhrystone(&packages, &folder)?, &bench)?;

    let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let script = read(&sources().join("bench.sh"))?;
    let bench = read(&bench)?;
    let hackbench = read(&find(&packages.fetch("rt-tests")?, "hackbench")?)?;
    let mut libraries = Vec::new();
    for (package, name) in LIBRARIES {
        libraries.push((format!("root/{name}"), read(&find(&packages.fetch(package)?, name)?)?));
    }
    let mut files = vec![
        Extra { path: "root/bench.sh", bytes: &script, executable: true },
        Extra { path: "root/bench", bytes: &bench, executable: true },
        Extra { path: "root/hackbench", bytes: &hackbench, executable: true },
    ];
    files.extend(libraries.iter().map(|(path, bytes)| Extra { path, bytes, executable: true }));
    initramfs::busybox(&files)
}

/// One of our own programs for Linux guests, `guests/linux/NAME.c`.
///
/// # Errors
/// When a package cannot be fetched or the program not built.
pub fn program(name: &str) -> Result<Vec<u8>> {
    let packages = Packages::open()?;
    let folder = project::target().join("programs");
    fs::create_dir_all(&folder)?;
    let output = folder.join(name);
    link(&packages, &[sources().join(format!("{name}.c"))], &output)?;
    fs::read(&output).with_context(|| format!("cannot read {}", output.display()))
}

/// The initramfs with the program and the script that measure virtio devices, `root/io.sh`, these modules of Debian's
/// kernel, and further files.
///
/// # Errors
/// When a package cannot be fetched or the program not built.
pub fn io_initramfs(modules: &[&str], mut files: Vec<(String, Vec<u8>)>) -> Result<Vec<u8>> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    files.push(("root/io".into(), program("io")?));
    files.push(("root/io.sh".into(), read(&sources().join("io.sh"))?));
    let kernel = crate::artifacts::linux_modules()?.join("kernel");
    for module in modules {
        let name = module.rsplit('/').next().unwrap_or(module);
        files.push((format!("root/{name}.ko"), read(&kernel.join(format!("{module}.ko")))?));
    }
    let extra: Vec<_> = files.iter().map(|(path, bytes)| Extra { path, bytes, executable: true }).collect();
    initramfs::busybox(&extra)
}

/// Our own sources.
fn sources() -> PathBuf {
    project::root().join("guests/linux")
}

/// Takes Dhrystone out of the archive of the Linux source, once. Gives the folder.
fn dhrystone(packages: &Packages, folder: &Path) -> Result<PathBuf> {
    let source = folder.join(LINUX_SOURCE).join("lib");
    if DHRYSTONE.iter().all(|file| folder.join(LINUX_SOURCE).join(file).is_file()) {
        return Ok(source);
    }
    let archive = find(&packages.fetch(LINUX_SOURCE)?, &format!("{LINUX_SOURCE}.tar.xz"))?;
    let mut tar = Command::new("tar");
    tar.arg("-xJf").arg(archive).arg("-C").arg(folder).arg("--occurrence=1");
    tar.args(DHRYSTONE.iter().map(|file| format!("{LINUX_SOURCE}/{file}")));
    process::quiet("Dhrystone out of the Linux source", &mut tar)?;
    Ok(source)
}

/// Compiles and links the benchmarks.
fn compile(packages: &Packages, dhrystone: &Path, output: &Path) -> Result<()> {
    let files = [sources().join("bench.c"), dhrystone.join("dhry_1.c"), dhrystone.join("dhry_2.c")];
    link(packages, &files, output)
}

/// Fetches what static programs are linked with, so that linking one does not wait for it.
///
/// # Errors
/// When a package cannot be had.
pub fn fetch_libraries() -> Result<()> {
    libraries(&Packages::open()?).map(drop)
}

/// The packages of the C library, of the kernel's headers and of the compiler's own library.
fn libraries(packages: &Packages) -> Result<[PathBuf; 3]> {
    Ok([packages.fetch("libc6-dev")?, packages.fetch("linux-libc-dev")?, packages.fetch("libgcc-12-dev")?])
}

/// Compiles and links a static program. It is there in one step: another test may be reading it.
fn link(packages: &Packages, files: &[PathBuf], output: &Path) -> Result<()> {
    let [libc, kernel, gcc] = libraries(packages)?;
    let mut clang = Command::new(CLANG);
    clang.args(["--target=aarch64-linux-gnu", "-O2", "-mno-outline-atomics", "-static", "-nostdlibinc"]);
    for include in [&libc, &kernel] {
        clang.arg("-isystem").arg(include.join("usr/include"));
        clang.arg("-isystem").arg(include.join("usr/include/aarch64-linux-gnu"));
    }
    clang.arg("-I").arg(sources().join("include")).args(files);
    // By hand: the C library is not where a cross compiler would look for it.
    clang.args(["-nostdlib", &format!("--ld-path={LINKER}")]);
    let of = |folder: &Path, names: &[&str]| -> Result<Vec<OsString>> {
        names.iter().map(|name| Ok(find(folder, name)?.into_os_string())).collect()
    };
    clang.args(of(&libc, &["crt1.o", "crti.o"])?).args(of(&gcc, &["crtbeginT.o"])?);
    clang.arg("-Wl,--start-group").args(of(&libc, &["libc.a"])?);
    clang.args(of(&gcc, &["libgcc.a", "libgcc_eh.a"])?).arg("-Wl,--end-group");
    let part = process::temporary(output);
    clang.args(of(&gcc, &["crtend.o"])?).args(of(&libc, &["crtn.o"])?).arg("-o").arg(&part);
    process::output(&mut clang)
        .context("cannot compile a program for Linux guests; ./scripts/setup installs clang-19 and lld-19")?;
    fs::rename(&part, output).with_context(|| format!("cannot write {}", output.display()))
}

/// The file of this name in a package, wherever it is; a link is followed inside the package.
fn find(folder: &Path, name: &str) -> Result<PathBuf> {
    let mut rest = vec![folder.to_path_buf()];
    let mut link = None;
    while let Some(next) = rest.pop() {
        let entries = fs::read_dir(&next).with_context(|| format!("cannot list {}", next.display()))?;
        for entry in entries {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                rest.push(entry.path());
            } else if entry.file_name().to_str() == Some(name) {
                if kind.is_file() {
                    return Ok(entry.path());
                }
                link = Some(entry.path());
            }
        }
    }
    let link = link.with_context(|| format!("{} holds no {name}", folder.display()))?;
    let target = fs::read_link(&link)?;
    let target = target.file_name().and_then(|target| target.to_str()).unwrap_or_default();
    ensure!(target != name, "{} leads out of its package", link.display());
    find(folder, target)
}
