// SPDX-License-Identifier: GPL-2.0-only
//! How functions are exported to C drivers, and the table of all of them.

/// From where an export may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// From anywhere, hard interrupt handlers included: `any` in the tables.
    Any,
    /// With a spinlock held or preemption off, but not from a hard interrupt handler: `atomic`.
    Atomic,
    /// From orphan vCPUs only, since it may sleep: `sleeps`.
    Sleeps,
}

/// How much of what Linux documents an export does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All of it: `supported` in the tables.
    Supported,
    /// Some of it; the rest is refused with the documented error: `partial`.
    Partial,
    /// None, it always answers with the documented error: `refused`.
    Refused,
}

/// One function or variable that drivers can use.
#[derive(Clone, Copy, Debug)]
pub struct Export {
    /// Linux's name for it.
    pub name: &'static str,
    /// The family: a module of this crate.
    pub family: &'static str,
    /// From where it may be called.
    pub context: Context,
    /// How much of it is there.
    pub status: Status,
    /// The test that proves it; `none` where none does yet.
    pub test: &'static str,
}

/// Declares exports, one a line:
/// ```text
/// exports! {
///     family "clk";
///     [sleeps, supported, "clk::tests::prepare_counts"]
///     fn clk_prepare(clk: *mut bindings::clk) -> c_int = consumer::prepare;
/// }
/// ```
/// Each is checked against its prototype in `include/`. In the image it has its C name, on the driver bench (feature
/// `bench`) that with a prefix; host tests call the Rust function on the right. In debug builds one that `sleeps` checks that it may.
#[macro_export]
macro_rules! exports {
    (family $family:literal; $(
        [$context:ident, $status:ident, $test:literal]
        fn $name:ident($($arg:ident: $type:ty),* $(,)?) $(-> $ret:ty)? = $body:path;
    )*) => {
        /// What this file exports to C.
        pub(crate) const EXPORTS: &[$crate::export::Export] = &[$(
            $crate::export_row!($family, $name, $context, $status, $test),
        )*];
        $(
            const _: () = {
                #[allow(unused_unsafe, reason = "some bodies are safe functions")]
                // Of another name within Rust, lest the body's name means this function.
                #[cfg_attr(target_os = "none", unsafe(export_name = stringify!($name)))]
                #[cfg_attr(feature = "bench", unsafe(export_name = concat!("fv_host_", stringify!($name))))]
                unsafe extern "C" fn exported($($arg: $type),*) $(-> $ret)? {
                    $crate::exports!(@check $context $name);
                    // SAFETY: the C caller answers for its arguments, as it does in Linux: what the
                    // documentation asks there is what the body asks here.
                    unsafe { $body($($arg),*) }
                }
                // Differing types do not unify: the prototype is the judge.
                let _ = if true { $crate::bindings::$name } else { exported };
            };
        )*
    };
    (@check sleeps $name:ident) => {
        #[cfg(debug_assertions)]
        $crate::context::might_sleep(stringify!($name));
    };
    (@check $other:ident $name:ident) => {};
}

/// One row of a table of exports, from the words of a declaration: `export_row!(family, name, context, status, test)`.
#[macro_export]
macro_rules! export_row {
    ($family:literal, $name:ident, $context:ident, $status:ident, $test:literal) => {
        $crate::export::Export {
            name: stringify!($name),
            family: $family,
            context: $crate::export_row!(@context $context),
            status: $crate::export_row!(@status $status),
            test: $test,
        }
    };
    (@context any) => { $crate::export::Context::Any };
    (@context atomic) => { $crate::export::Context::Atomic };
    (@context sleeps) => { $crate::export::Context::Sleeps };
    (@status supported) => { $crate::export::Status::Supported };
    (@status partial) => { $crate::export::Status::Partial };
    (@status refused) => { $crate::export::Status::Refused };
}

/// Declares exported variables, in the form of [`exports!`]:
/// `[any, supported, "test"] static system_wq: *mut bindings::workqueue_struct = core::ptr::null_mut();`
#[macro_export]
macro_rules! exports_data {
    (family $family:literal; $(
        [$context:ident, $status:ident, $test:literal]
        static $name:ident: $type:ty = $value:expr;
    )*) => {
        /// The variables that this file exports to C.
        pub(crate) const DATA: &[$crate::export::Export] = &[$(
            $crate::export_row!($family, $name, $context, $status, $test),
        )*];
        $(
            /// Linux's variable of that name.
            #[allow(non_upper_case_globals, reason = "C gave the name, and sees it")]
            #[cfg_attr(target_os = "none", unsafe(no_mangle))]
            #[cfg_attr(feature = "bench", unsafe(export_name = concat!("fv_host_", stringify!($name))))]
            pub static mut $name: $type = $value;
            // Differing types do not unify: the header's declaration is the judge.
            const _: fn(bool) -> *const $type =
                |header| if header { &raw const $crate::bindings::$name } else { &raw const $name };
        )*
    };
}

/// Declares functions that C files of the shim define (those with any number of arguments), for the tables only:
/// `[any, supported, "test"] fn snprintf;`
#[macro_export]
macro_rules! exports_c {
    (family $family:literal; $(
        [$context:ident, $status:ident, $test:literal]
        fn $name:ident;
    )*) => {
        /// What C files export for this one.
        pub(crate) const C: &[$crate::export::Export] = &[$(
            $crate::export_row!($family, $name, $context, $status, $test),
        )*];
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// All of this crate's sources and the system tests', as one text.
    fn sources(folder: &std::path::Path, all: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, all);
            } else if path.extension().is_some_and(|e| e == "rs") {
                all.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }

    /// A table that names tests which do not exist would claim what nobody has shown. `none` says so.
    #[test]
    fn every_test_that_is_named_exists() {
        let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut all = String::new();
        sources(&here.join("src"), &mut all);
        sources(&here.join("../tests/src"), &mut all);
        for export in crate::FAMILIES.iter().copied().flatten().copied().flatten() {
            let name = export.test.rsplit("::").next().unwrap_or_default();
            let there = all.contains(&format!("fn {name}(")) || all.contains(&format!("name: \"{name}\""));
            assert!(name == "none" || there, "{}: there is no test {}", export.name, export.test);
        }
    }

    #[test]
    fn every_export_is_declared_once() {
        let mut seen = BTreeSet::new();
        for export in crate::FAMILIES.iter().copied().flatten().copied().flatten() {
            assert!(seen.insert(export.name), "{} is exported twice", export.name);
        }
    }
}
