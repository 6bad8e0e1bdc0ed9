// SPDX-License-Identifier: GPL-2.0-only
//! The program of the driver bench: all benches that were asked for when it was built.
#![allow(clippy::duplicate_mod, reason = "benches of several drivers share a model")]

include!(concat!(env!("OUT_DIR"), "/benches.rs"));

/// Read by the address sanitizer's runtime before anything else: what is never freed is looked for by the tests.
#[unsafe(no_mangle)]
extern "C" fn __asan_default_options() -> *const std::ffi::c_char {
    c"detect_leaks=0:exitcode=99:allocator_may_return_null=1:detect_stack_use_after_return=0".as_ptr()
}

fn main() -> std::process::ExitCode {
    driver_bench::main(BENCHES)
}
