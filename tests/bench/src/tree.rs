// SPDX-License-Identifier: GPL-2.0-only
//! The device tree of a test: text, preprocessed and compiled.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// What every machine on the bench has.
const MACHINE: &str = r#"/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	compatible = "ferrovisor,bench";
	interrupt-parent = <&gic>;
	chosen { };
	cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { device_type = "cpu"; reg = <0>; }; };
	gic: interrupt-controller@f0000000 {
		compatible = "arm,gic-400";
		reg = <0xf0000000 0x1000>, <0xf0002000 0x1000>;
		interrupt-controller;
		#interrupt-cells = <3>;
	};
};
"#;

/// Runs a program with text as input.
fn filter(command: &mut Command, input: &[u8], package: &str) -> Vec<u8> {
    let program = command.get_program().to_string_lossy().into_owned();
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|error| panic!("{program} (package {package}): {error}"));
    child.stdin.take().expect("piped").write_all(input).expect("the program reads its input");
    let output = child.wait_with_output().expect("the program was started");
    assert!(output.status.success(), "{program} refuses the device tree");
    output.stdout
}

/// Compiles a tree and makes it the machine's. Once.
pub(crate) fn set(source: &str) {
    let mut text = format!("{MACHINE}{source}").into_bytes();
    if source.contains("#include") {
        let include = concat!("-I", env!("CARGO_MANIFEST_DIR"), "/../../include");
        let arguments = ["-nostdinc", "-undef", "-x", "assembler-with-cpp", "-P", include, "-"];
        text = filter(Command::new("cpp").args(arguments), &text, "cpp");
    }
    let arguments = ["-q", "-@", "-I", "dts", "-O", "dtb", "-o", "-", "-"];
    let blob = filter(Command::new("dtc").args(arguments), &text, "device-tree-compiler");
    let fdt = kernel::dt::check(blob.leak()).unwrap_or_else(|error| panic!("the device tree: {error}"));
    kernel::dt::set_tree(fdt);
}
