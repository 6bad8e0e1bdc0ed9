// SPDX-License-Identifier: GPL-2.0-only
//! Hands the linker script of the tiny guests to the linker when they are built for bare metal.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=link.ld");
    println!("cargo:rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("none") {
        return;
    }
    let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    for argument in
        [&format!("-T{folder}/link.ld"), "-pie", "-znotext", "--no-dynamic-linker", "-zmax-page-size=4096"]
    {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
}
