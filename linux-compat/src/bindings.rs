// SPDX-License-Identifier: GPL-2.0-only
//! Types, constants and prototypes of the headers in `include/`, made by bindgen.
#![allow(
    improper_ctypes,
    missing_docs,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    unsafe_op_in_unsafe_fn,
    clippy::all,
    clippy::undocumented_unsafe_blocks,
    clippy::missing_safety_doc,
    reason = "C's names and habits, written by a program"
)]

include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
