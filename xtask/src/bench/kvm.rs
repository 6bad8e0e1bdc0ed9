// SPDX-License-Identifier: GPL-2.0-only
//! The peer: the same guest under KVM, of Debian's kernel with Debian's QEMU, on the board's emulated machine.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::BenchArgs;
use super::machine::{self, Bare};
use crate::artifacts::apt::Packages;
use crate::artifacts::initramfs::{self, Extra};
use crate::session::Session;
use crate::{artifacts, project};

/// Packages of the libraries that QEMU loads.
const LIBRARIES: &str = "libaio1 libblkid1 libbpf1 libc6 libcapstone4 libdaxctl1 libelf1 libfdt1 libffi8 libfuse3-3 libgcc-s1 \
    libglib2.0-0 libgmp10 libgnutls30 libhogweed6 libibverbs1 libidn2-0 libjpeg62-turbo libkmod2 liblzma5 libmount1 \
    libndctl6 libnettle8 libnl-3-200 libnl-route-3-200 libnuma1 libp11-kit0 libpcre2-8-0 libpixman-1-0 libpmem1 \
    libpng16-16 librdmacm1 libsasl2-2 libseccomp2 libselinux1 libslirp0 libssl3 libtasn1-6 libudev1 libunistring2 \
    liburing2 libuuid1 libvdeplug2 libzstd1 zlib1g";
const EMULATOR: (&str, &str) = ("qemu-system-arm", "usr/bin/qemu-system-aarch64");
const MEMORY: &str = "2G";

/// A guest of KVM's.
pub struct Guest<'a> {
    /// A kernel or a guest of our own.
    pub kernel: PathBuf,
    /// An initramfs.
    pub initrd: Option<&'a Path>,
    /// Boot arguments.
    pub append: &'a str,
    /// RAM.
    pub memory: &'a str,
    /// vCPUs.
    pub vcpus: u32,
    /// The disk's size in MiB.
    pub disk: u64,
}

/// Starts the board's machine with so many CPUs and KVM, which runs the guest.
///
/// # Errors
/// When a package cannot be fetched, or the emulator cannot be started.
pub fn start(args: &BenchArgs, cpus: u32, guest: &Guest<'_>, extra: Vec<String>) -> Result<Session> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let packages = Packages::open()?;
    let mut files = Vec::new();
    for package in LIBRARIES.split_whitespace() {
        libraries(&packages.fetch(package)?, &mut files)?;
    }
    files.push((
        EMULATOR.1.rsplit('/').next().unwrap_or_default().into(),
        packages.fetch(EMULATOR.0)?.join(EMULATOR.1),
    ));
    files.push(("kvm.sh".into(), project::root().join("guests/linux/kvm.sh")));
    files.push(("kernel".into(), guest.kernel.clone()));
    files.extend(guest.initrd.map(|initrd| ("initrd".into(), initrd.into())));
    let mut contents = vec![("root/append".to_owned(), guest.append.as_bytes().to_vec())];
    for (name, path) in &files {
        contents.push((format!("root/{name}"), read(path)?));
    }
    let extras: Vec<_> =
        contents.iter().map(|(path, bytes)| Extra { path, bytes, executable: true }).collect();
    let initrd = project::target().join("bench").join("kvm.cpio");
    artifacts::store(&initrd, &initramfs::busybox(&extras)?)?;
    let append = format!(
        "console=ttyAMA0 nokaslr fv_run=/root/kvm.sh fv_vcpus={} fv_memory={} fv_disk={}",
        guest.vcpus, guest.memory, guest.disk
    );
    let what = Bare {
        kernel: artifacts::get("linux-6.1/Image")?,
        initrd: Some(initrd),
        append: Some(append),
        memory: MEMORY.into(),
        cpus,
        extra,
    };
    machine::with_el2(args, what)
}

/// Adds the shared libraries of a package, by the names under which programs ask for them.
fn libraries(folder: &Path, found: &mut Vec<(String, PathBuf)>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let (mut files, mut targets) = (Vec::new(), Vec::new());
    for entry in entries {
        let entry = entry?;
        let (kind, path) = (entry.file_type()?, entry.path());
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_dir() {
            libraries(&path, found)?;
        } else if name.contains(".so.") {
            if kind.is_symlink() {
                let target = fs::read_link(&path)?;
                // One that leads elsewhere is found there.
                if target.components().count() > 1 {
                    continue;
                }
                targets.push(target.to_string_lossy().into_owned());
            }
            files.push((name, path));
        }
    }
    found.extend(files.into_iter().filter(|(name, _)| !targets.contains(name)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_have_the_names_that_are_asked_for() {
        let folder = std::env::temp_dir().join(format!("xtask-libraries-{}", std::process::id()));
        let lib = folder.join("usr/lib/here");
        fs::create_dir_all(&lib).unwrap();
        for name in ["libone.so.1.2", "libtwo.so.6", "PLUGIN.so", "readme"] {
            fs::write(lib.join(name), name).unwrap();
        }
        std::os::unix::fs::symlink("libone.so.1.2", lib.join("libone.so.1")).unwrap();
        std::os::unix::fs::symlink("/usr/lib/here/libtwo.so.6", folder.join("libtwo.so.6")).unwrap();
        let mut found = Vec::new();
        libraries(&folder, &mut found).unwrap();
        let mut names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["libone.so.1", "libtwo.so.6"]);
        assert_eq!(
            fs::read_to_string(&found.iter().find(|(name, _)| name == "libone.so.1").unwrap().1).unwrap(),
            "libone.so.1.2"
        );
        fs::remove_dir_all(folder).unwrap();
    }
}
