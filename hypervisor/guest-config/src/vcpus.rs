// SPDX-License-Identifier: GPL-2.0-only
//! `/vcpus`: how many vCPUs a guest has and how the host schedules each.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use dtoolkit::Node;

use super::Environment;
use super::error::Problems;
use super::node::Reader;

/// Highest scheduling priority.
pub const MAX_PRIORITY: u8 = 7;
/// Priority of a vCPU for which the DTS says nothing.
pub const DEFAULT_PRIORITY: u8 = 3;
/// Shortest and longest time slice, in microseconds.
const SLICE_US: core::ops::RangeInclusive<u32> = 100..=1_000_000;
/// Shortest and longest period of EDF, in microseconds.
const PERIOD_US: core::ops::RangeInclusive<u32> = 100..=10_000_000;
/// Properties that stand in `/vcpus` and in each `vcpuN`.
const PARAMETERS: &[&str] = &["priority", "affinity", "slice-us"];

/// Guaranteed time under the earliest-deadline-first policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdfConfig {
    /// Time that the vCPU gets in each period, in nanoseconds; at most the period.
    pub budget_ns: u64,
    /// The period, in nanoseconds.
    pub period_ns: u64,
}

/// How one vCPU is scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VcpuConfig {
    /// 0 (lowest) to 7 (highest).
    pub priority: u8,
    /// Host CPUs that may run it: bit n is CPU n; `None` for all.
    pub affinity: Option<u64>,
    /// Time slice in nanoseconds; `None` for the scheduler's own.
    pub slice_ns: Option<u64>,
    /// Budget and period for the EDF policy; `None` if it has none.
    pub edf: Option<EdfConfig>,
}

impl Default for VcpuConfig {
    fn default() -> Self {
        Self { priority: DEFAULT_PRIORITY, affinity: None, slice_ns: None, edf: None }
    }
}

/// The affinity fields of MPIDR_EL1 of vCPU `index` (Aff0 0..=15, then Aff1): what `reg` of its node in the guest's
/// DTB says and what the vCPU reads, where bit 31 (RES1) is set besides (Arm ARM D24.2.120).
pub const fn mpidr(index: usize) -> u64 {
    (index as u64 & 0xf) | (index as u64 >> 4 & 0xff) << 8
}

/// Reads `/vcpus`, or gives one vCPU with default parameters if it is missing.
pub(super) fn read(
    reader: Option<&Reader<'_>>,
    env: &Environment<'_>,
    problems: &mut Problems,
) -> Vec<VcpuConfig> {
    let Some(reader) = reader else {
        return alloc::vec![VcpuConfig::default()];
    };
    reader.only(&["count", "priority", "affinity", "slice-us"], problems);
    let most = u32::try_from(env.max_vcpus).unwrap_or(u32::MAX).max(1);
    let count = match reader.has("count") {
        true => reader.u32("count", 1..=most, problems).unwrap_or(1),
        false => 1,
    };
    let mut vcpus = alloc::vec![VcpuConfig::default(); count as usize];
    let affinities = read_affinities(reader, count, env, problems);
    for (index, vcpu) in vcpus.iter_mut().enumerate() {
        read_parameters(reader, vcpu, problems_of_first(index, problems));
        vcpu.affinity = match affinities.as_slice() {
            [all] => Some(*all),
            each => each.get(index).copied(),
        };
    }
    for child in reader.children() {
        let name = child.node.name();
        if name == "edf" {
            continue;
        }
        let index = name.strip_prefix("vcpu").and_then(|digits| digits.parse::<usize>().ok());
        match index.and_then(|index| vcpus.get_mut(index)) {
            Some(vcpu) => {
                child.only(PARAMETERS, problems);
                read_parameters(&child, vcpu, Some(&mut *problems));
                if let [mask] = read_affinities(&child, 1, env, problems).as_slice() {
                    vcpu.affinity = Some(*mask);
                }
                for grandchild in child.children().filter(|node| node.node.name() != "edf") {
                    grandchild.problem("", "a node that has no meaning here", "'edf'", problems);
                }
            }
            None => {
                let expected = format!("'edf' or 'vcpu0' to 'vcpu{}'", count - 1);
                child.problem("", "a node that has no meaning here", expected, problems);
            }
        }
    }
    vcpus
}

/// Problems of the parameters common to all vCPUs are noted once, with the first.
fn problems_of_first(index: usize, problems: &mut Problems) -> Option<&mut Problems> {
    (index == 0).then_some(problems)
}

/// Reads `priority`, `slice-us` and `edf` into `vcpu`; without `problems`, silently.
fn read_parameters(reader: &Reader<'_>, vcpu: &mut VcpuConfig, problems: Option<&mut Problems>) {
    let mut silent = Problems::default();
    let problems = problems.unwrap_or(&mut silent);
    if let Some(priority) = reader.u32("priority", 0..=u32::from(MAX_PRIORITY), problems) {
        vcpu.priority = priority as u8;
    }
    if let Some(slice) = reader.u32("slice-us", SLICE_US, problems) {
        vcpu.slice_ns = Some(u64::from(slice) * 1000);
    }
    if let Some(edf) = reader.children().find(|node| node.node.name() == "edf") {
        vcpu.edf = read_edf(&edf, problems).or(vcpu.edf);
    }
}

/// Reads an `edf` node.
fn read_edf(reader: &Reader<'_>, problems: &mut Problems) -> Option<EdfConfig> {
    reader.only(&["budget-us", "period-us"], problems);
    reader.no_children(problems);
    for name in ["budget-us", "period-us"] {
        if !reader.has(name) {
            reader.problem(name, "nothing", "a time in microseconds", problems);
        }
    }
    let period = reader.u32("period-us", PERIOD_US, problems)?;
    let budget = reader.u32("budget-us", 1..=period, problems)?;
    Some(EdfConfig { budget_ns: u64::from(budget) * 1000, period_ns: u64::from(period) * 1000 })
}

/// Reads `affinity`: one mask for all of `count` vCPUs, or one for each. Empty if it is missing or wrong.
fn read_affinities(
    reader: &Reader<'_>,
    count: u32,
    env: &Environment<'_>,
    problems: &mut Problems,
) -> Vec<u64> {
    if !reader.has("affinity") {
        return Vec::new();
    }
    let Some(cells) = reader.cells("affinity", problems) else {
        return Vec::new();
    };
    if cells.len() != 1 && cells.len() != count as usize {
        let expected = match count {
            1 => "one mask of host CPUs".to_string(),
            _ => format!("one mask of host CPUs, or {count}, one for each vCPU"),
        };
        reader.problem("affinity", format!("{} cells", cells.len()), expected, problems);
        return Vec::new();
    }
    let host = if env.host_cpus == 0 || env.host_cpus >= 64 { u64::MAX } else { (1 << env.host_cpus) - 1 };
    if let Some(mask) = cells.iter().find(|mask| u64::from(**mask) & host == 0) {
        let expected = match env.host_cpus {
            0 => "at least one bit set (bit n is host CPU n)".to_string(),
            cpus => format!("a bit of the host's CPUs 0 to {} (bit n is host CPU n)", cpus - 1),
        };
        reader.problem("affinity", format!("{mask:#x}"), expected, problems);
        return Vec::new();
    }
    cells.into_iter().map(|mask| u64::from(mask) & host).collect()
}
