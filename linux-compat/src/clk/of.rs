// SPDX-License-Identifier: GPL-2.0-only
//! Clocks by device tree: providers of C drivers, lookups, what the tree says of clocks.

use super::raw::{hw_or_null, new_handle, node as node_of_hw};
use crate::bindings::{self, clk, clk_hw, device, device_node, of_device_id, of_phandle_args};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c, to_c};
use crate::of::{Node, PhandleArgs, parse_phandle_with_args};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_void};
use core::ptr;
use kernel::clk::{self as ccf, ClkNode, ClkProvider, Flags, ProviderId};
use kernel::error::Cause;
use kernel::sync::SpinLock;

/// A provider's function for `struct clk`s.
type GetClk = Option<unsafe extern "C" fn(*mut of_phandle_args, *mut c_void) -> *mut clk>;
/// A provider's function for `struct clk_hw`s.
type GetHw = Option<unsafe extern "C" fn(*mut of_phandle_args, *mut c_void) -> *mut clk_hw>;

crate::exports! {
    family "clk";
    [sleeps, supported, "clk::tests::lookup::lookup_by_tree"]
    fn of_clk_get(np: *mut device_node, index: c_int) -> *mut clk = get;
    [sleeps, supported, "clk::tests::lookup::lookup_by_tree"]
    fn of_clk_get_by_name(np: *mut device_node, name: *const c_char) -> *mut clk = get_by_name_c;
    [sleeps, supported, "clk::tests::lookup::lookup_by_tree"]
    fn of_clk_get_from_provider(clkspec: *mut of_phandle_args) -> *mut clk = get_from_provider;
    [sleeps, supported, "clk::tests::lookup::lookup_by_tree"]
    fn of_clk_add_hw_provider(np: *mut device_node, get: GetHw, data: *mut c_void) -> c_int = add_hw_provider;
    [sleeps, supported, "clk::tests::lookup::lookup_by_tree"]
    fn of_clk_add_provider(np: *mut device_node, get: GetClk, data: *mut c_void) -> c_int = add_clk_provider;
    [sleeps, supported, "clk::tests::lookup::managed"]
    fn devm_of_clk_add_hw_provider(dev: *mut device, get: GetHw, data: *mut c_void) -> c_int = devm_add_hw_provider;
    [sleeps, supported, "clk::tests::lookup::lookup_by_tree"]
    fn of_clk_del_provider(np: *mut device_node) -> () = del_provider;
    [any, supported, "clk::tests::lookup::lookup_by_tree"]
    fn of_clk_hw_simple_get(clkspec: *mut of_phandle_args, data: *mut c_void) -> *mut clk_hw = hw_simple_get;
    [any, supported, "clk::tests::lookup::lookup_by_tree"]
    fn of_clk_src_simple_get(clkspec: *mut of_phandle_args, data: *mut c_void) -> *mut clk = src_simple_get;
    [any, supported, "clk::tests::lookup::lookup_by_tree"]
    fn of_clk_hw_onecell_get(clkspec: *mut of_phandle_args, data: *mut c_void) -> *mut clk_hw = hw_onecell_get;
    [any, supported, "clk::tests::lookup::lookup_by_tree"]
    fn of_clk_src_onecell_get(clkspec: *mut of_phandle_args, data: *mut c_void) -> *mut clk = src_onecell_get;
    [any, supported, "clk::tests::lookup::tree_properties"]
    fn of_clk_get_parent_count(np: *const device_node) -> c_uint = get_parent_count;
    [sleeps, supported, "clk::tests::lookup::tree_properties"]
    fn of_clk_get_parent_name(np: *const device_node, index: c_int) -> *const c_char = get_parent_name;
    [sleeps, supported, "clk::tests::lookup::tree_properties"]
    fn of_clk_parent_fill(np: *mut device_node, parents: *mut *const c_char, size: c_uint) -> c_int = parent_fill;
    [any, supported, "clk::tests::lookup::tree_properties"]
    fn of_clk_detect_critical(np: *mut device_node, index: c_int, flags: *mut c_ulong) -> c_int = detect_critical;
    [sleeps, supported, "clk::tests::lookup::tree_properties"]
    fn of_clk_set_defaults(np: *mut device_node, supplier: bool) -> c_int = set_defaults_c;
    [sleeps, supported, "clk::tests::lookup::lookup_by_tree"]
    fn of_clk_get_hw(np: *mut device_node, index: c_int, con_id: *const c_char) -> *mut clk_hw = get_hw;
    [sleeps, supported, "clk::tests::lookup::early_providers"]
    fn of_clk_init(matches: *const of_device_id) -> () = init_c;
}

/// A C string's bytes; `None` for null.
///
/// # Safety
/// `s` is null or a C string that lives as long as the result is used.
pub(super) unsafe fn bytes<'a>(s: *const c_char) -> Option<&'a [u8]> {
    // SAFETY: the caller's promise.
    (!s.is_null()).then(|| unsafe { CStr::from_ptr(s) }.to_bytes())
}

/// What a node's `clocks` has at an index, or at the place of a name in `clock-names`. Nodes above stand in where they
/// have `clock-ranges`.
fn specifier(node: Node, index: c_int, name: Option<&[u8]>) -> Result<PhandleArgs> {
    let mut at = node;
    let mut index = usize::try_from(index).ok();
    loop {
        if let Some(name) = name {
            let names = at.property(b"clock-names");
            index = names.and_then(|n| n.strings().position(|n| n.to_bytes() == name));
        }
        let found = match index {
            Some(index) => parse_phandle_with_args(at, b"clocks", b"#clock-cells", index),
            None => Err(Errno::EINVAL),
        };
        if found.is_ok() || name.is_some() && index.is_some() {
            return found;
        }
        match at.parent().filter(|p| p.property(b"clock-ranges").is_some()) {
            Some(parent) => (at, index) = (parent, Some(0)),
            None => return found,
        }
    }
}

/// The clock that a specifier means; `None` for one that this machine does not have.
fn from_specifier(found: &PhandleArgs) -> Result<Option<Arc<ClkNode>>> {
    if !found.node.is_available() {
        return Err(Errno::ENOENT);
    }
    Ok(ccf::look_up(found.node.phandle(), found.args())?)
}

/// The clock that a node means by an index or a name; `None` for one that this machine does not have.
pub(super) fn find(node: Node, index: c_int, name: Option<&[u8]>) -> Result<Option<Arc<ClkNode>>> {
    from_specifier(&specifier(node, index, name)?)
}

/// A `struct clk` for a clock, null for none.
pub(super) fn make(clk: Option<&Arc<ClkNode>>, user: &str) -> *mut clk {
    clk.map_or(ptr::null_mut(), |clk| new_handle(clk, user))
}

/// A clock of a node, for whoever has the node.
fn get_for(node: Option<Node>, index: c_int, name: Option<&[u8]>) -> Result<*mut clk> {
    let node = node.ok_or(Errno::ENOENT)?;
    let user = super::consumer::user(node.full_name().to_bytes(), name);
    Ok(make(find(node, index, name)?.as_ref(), &user))
}

pub(super) unsafe fn get(np: *mut device_node, index: c_int) -> *mut clk {
    // SAFETY: as the caller says.
    ptr_to_c(get_for(unsafe { Node::from_raw(np) }, index, None))
}

unsafe fn get_hw(np: *mut device_node, index: c_int, con_id: *const c_char) -> *mut clk_hw {
    // SAFETY: as the caller says.
    let (node, name) = unsafe { (Node::from_raw(np), bytes(con_id)) };
    let found = node.ok_or(Errno::ENOENT).and_then(|node| find(node, index, name));
    ptr_to_c(found.map(|clk| hw_or_null(clk.as_ref())))
}

/// [`get_for`], by name.
///
/// # Safety
/// `np` is null or a node, `name` null or a C string.
pub(super) unsafe fn get_by_name(np: *mut device_node, name: *const c_char) -> Result<*mut clk> {
    // SAFETY: as the caller says.
    unsafe { get_for(Node::from_raw(np), 0, bytes(name)) }
}

pub(super) unsafe fn get_by_name_c(np: *mut device_node, name: *const c_char) -> *mut clk {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { get_by_name(np, name) })
}

/// A specifier of C.
unsafe fn read_specifier(raw: *const of_phandle_args) -> Result<PhandleArgs> {
    // SAFETY: as the caller says.
    unsafe {
        let raw = raw.as_ref().ok_or(Errno::EINVAL)?;
        let node = Node::from_raw(raw.np).ok_or(Errno::EINVAL)?;
        let count = usize::try_from(raw.args_count).map_err(|_| Errno::EINVAL)?;
        Ok(PhandleArgs { node, args: raw.args, count })
    }
}

pub(super) unsafe fn get_from_provider(clkspec: *mut of_phandle_args) -> *mut clk {
    // SAFETY: as the caller says.
    let found = unsafe { read_specifier(clkspec) }.and_then(|found| from_specifier(&found));
    ptr_to_c(found.map(|clk| make(clk.as_ref(), "of_clk_get_from_provider")))
}

/// How a C provider finds its clocks.
enum Get {
    Hw(unsafe extern "C" fn(*mut of_phandle_args, *mut c_void) -> *mut clk_hw),
    Clk(unsafe extern "C" fn(*mut of_phandle_args, *mut c_void) -> *mut clk),
}

struct Provider {
    node: Node,
    get: Get,
    data: usize,
}

impl ClkProvider for Provider {
    fn clock(&self, args: &[u32]) -> ccf::Result<Option<Arc<ClkNode>>> {
        let mut raw = of_phandle_args { np: self.node.as_raw(), args_count: args.len() as c_int, args: [0; 16] };
        raw.args.iter_mut().zip(args).for_each(|(slot, arg)| *slot = *arg);
        let data = ptr::with_exposed_provenance_mut(self.data);
        let code = |errno: Errno| Cause::Driver(errno.0);
        // SAFETY: the driver's function and data, which live until the provider is removed; what it finds is one of its
        // registered clocks.
        unsafe {
            let hw = match self.get {
                Get::Hw(get) => Errno::check_ptr(get(&raw mut raw, data)).map_err(code)?,
                Get::Clk(get) => {
                    let clk = Errno::check_ptr(get(&raw mut raw, data)).map_err(code)?;
                    return Ok(super::raw::handle(clk).map(|h| Arc::clone(h.clk.node())));
                }
            };
            if hw.is_null() {
                return Ok(None);
            }
            // A clock that is not registered (any more) may come.
            node_of_hw(hw).map(Some).ok_or(Cause::NotYet)
        }
    }
}

/// The providers of C drivers, by node.
static PROVIDERS: SpinLock<Vec<(Node, ProviderId)>> = SpinLock::new(Vec::new());

/// From now on a node provides clocks; its own `assigned-clocks` are set.
fn add(node: Node, get: Get, data: *mut c_void) -> Result<()> {
    let provider = Provider { node, get, data: data.expose_provenance() };
    let id = ccf::add_provider(node.phandle(), Arc::new(provider));
    PROVIDERS.lock().push((node, id));
    set_defaults(node, true).inspect_err(|_| remove(node))
}

/// Ends the last [`add`] of the node.
fn remove(node: Node) {
    let mut providers = PROVIDERS.lock();
    let at = providers.iter().rposition(|(n, _)| *n == node);
    let id = at.map(|at| providers.swap_remove(at).1);
    drop(providers);
    if let Some(id) = id {
        // It was there until now.
        let _ = ccf::remove_provider(id);
    }
}

pub(super) unsafe fn add_hw_provider(np: *mut device_node, get: GetHw, data: *mut c_void) -> c_int {
    // SAFETY: as the caller says.
    match (unsafe { Node::from_raw(np) }, get) {
        // As documented: without a node there is nothing to do.
        (None, _) => 0,
        (Some(_), None) => Errno::EINVAL.to_c(),
        (Some(node), Some(get)) => to_c(add(node, Get::Hw(get), data)),
    }
}

pub(super) unsafe fn add_clk_provider(np: *mut device_node, get: GetClk, data: *mut c_void) -> c_int {
    // SAFETY: as the caller says.
    match (unsafe { Node::from_raw(np) }, get) {
        (None, _) => 0,
        (Some(_), None) => Errno::EINVAL.to_c(),
        (Some(node), Some(get)) => to_c(add(node, Get::Clk(get), data)),
    }
}

pub(super) unsafe fn devm_add_hw_provider(dev: *mut device, get: GetHw, data: *mut c_void) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        let own = Node::from_raw((*dev).of_node);
        let above = (*dev).parent.as_ref().and_then(|p| Node::from_raw(p.of_node));
        let provides = |n: &Node| n.property(b"#clock-cells").is_some();
        let node = own.filter(provides).or(above.filter(provides)).or(own);
        let result = add_hw_provider(Node::raw_or_null(node), get, data);
        match node {
            Some(node) if result == 0 => {
                to_c(devres::add(dev, Key("clk_provider", node.as_raw().addr()), move || remove(node)))
            }
            _ => result,
        }
    }
}

pub(super) unsafe fn del_provider(np: *mut device_node) {
    // SAFETY: as the caller says.
    if let Some(node) = unsafe { Node::from_raw(np) } {
        remove(node);
    }
}

pub(super) unsafe fn hw_simple_get(_clkspec: *mut of_phandle_args, data: *mut c_void) -> *mut clk_hw {
    data.cast()
}

pub(super) unsafe fn src_simple_get(_clkspec: *mut of_phandle_args, data: *mut c_void) -> *mut clk {
    data.cast()
}

/// The index that a specifier of one cell has.
unsafe fn index(clkspec: *const of_phandle_args, count: c_uint) -> Option<usize> {
    // SAFETY: as the caller says.
    let index = unsafe { (*clkspec).args.first().copied() }.filter(|i| *i < count);
    if index.is_none() {
        log::warn!("a clock specifier has an index that is not below {count}");
    }
    index.map(|i| i as usize)
}

pub(super) unsafe fn hw_onecell_get(clkspec: *mut of_phandle_args, data: *mut c_void) -> *mut clk_hw {
    let data = data.cast::<bindings::clk_hw_onecell_data>();
    // SAFETY: `data` has as many elements as it says.
    unsafe {
        match index(clkspec, (*data).num) {
            Some(index) => *(&raw const (*data).hws).cast::<*mut clk_hw>().add(index),
            None => Errno::EINVAL.to_ptr(),
        }
    }
}

pub(super) unsafe fn src_onecell_get(clkspec: *mut of_phandle_args, data: *mut c_void) -> *mut clk {
    let data = data.cast::<bindings::clk_onecell_data>();
    // SAFETY: `data` has as many elements as it says.
    unsafe {
        match index(clkspec, (*data).clk_num) {
            Some(index) => *(*data).clks.add(index),
            None => Errno::EINVAL.to_ptr(),
        }
    }
}

/// How many clocks a node has.
pub(super) fn parent_count(node: Node) -> usize {
    let there = |i: &usize| {
        let found = parse_phandle_with_args(node, b"clocks", b"#clock-cells", *i);
        // An empty entry counts, one behind the end does not: only the latter is followed by nothing.
        found.is_ok() || parse_phandle_with_args(node, b"clocks", b"#clock-cells", *i + 1).is_ok()
    };
    (0..usize::from(u8::MAX)).take_while(there).count()
}

pub(super) unsafe fn get_parent_count(np: *const device_node) -> c_uint {
    // SAFETY: as the caller says.
    unsafe { Node::from_raw(np) }.map_or(0, |node| parent_count(node) as c_uint)
}

/// The name that clock `index` of a node has: by its provider's `clock-output-names`, its own if it is registered, or
/// its provider's node where that has but one.
fn parent_name(node: Node, index: usize) -> Option<*const c_char> {
    let found = parse_phandle_with_args(node, b"clocks", b"#clock-cells", index).ok()?;
    let first = found.args().first().copied().unwrap_or(0);
    let place = match found.node.property(b"clock-indices") {
        Some(indices) => indices.cells().position(|i| i == first)?,
        None => first as usize,
    };
    let names = found.node.property(b"clock-output-names");
    if let Some(name) = names.and_then(|n| n.strings().nth(place)) {
        return Some(name.as_ptr());
    }
    match from_specifier(&found) {
        Ok(clk) => clk.map(|clk| clk.c_name().as_ptr()),
        Err(_) => found.args().is_empty().then(|| found.node.name().as_ptr()),
    }
}

pub(super) unsafe fn get_parent_name(np: *const device_node, index: c_int) -> *const c_char {
    // SAFETY: as the caller says.
    let node = unsafe { Node::from_raw(np) };
    let name = node.zip(usize::try_from(index).ok()).and_then(|(node, index)| parent_name(node, index));
    name.unwrap_or(ptr::null())
}

pub(super) unsafe fn parent_fill(np: *mut device_node, parents: *mut *const c_char, size: c_uint) -> c_int {
    // SAFETY: as the caller says.
    let Some(node) = (unsafe { Node::from_raw(np) }) else { return 0 };
    for index in 0..size as usize {
        let name = parent_name(node, index);
        // SAFETY: the caller's array of `size` elements.
        unsafe { parents.add(index).write(name.unwrap_or(ptr::null())) };
        if name.is_none() {
            return index as c_int;
        }
    }
    size as c_int
}

pub(super) unsafe fn detect_critical(np: *mut device_node, index: c_int, flags: *mut c_ulong) -> c_int {
    // SAFETY: as the caller says.
    let (Some(node), Some(flags)) = (unsafe { (Node::from_raw(np), flags.as_mut()) }) else {
        return Errno::EINVAL.to_c();
    };
    let critical = node.property(b"clock-critical");
    if critical.is_some_and(|c| c.cells().any(|i| Ok(i) == u32::try_from(index))) {
        *flags |= Flags::IS_CRITICAL.bits();
    }
    0
}

/// Sets what `assigned-clocks` of a node asks for.
pub(super) fn set_defaults(node: Node, supplier: bool) -> Result<()> {
    if node.property(b"assigned-clocks").is_none() {
        return Ok(());
    }
    let host = node.host_node().ok_or(Errno::EINVAL)?;
    Ok(ccf::set_defaults(&host, supplier)?)
}

pub(super) unsafe fn set_defaults_c(np: *mut device_node, supplier: bool) -> c_int {
    // SAFETY: as the caller says.
    unsafe { Node::from_raw(np) }.map_or(0, |node| to_c(set_defaults(node, supplier)))
}

/// Sets up the providers that a table names, each after those that it takes clocks from, as far as that goes.
///
/// # Safety
/// `table` has an entry for each provider; `data` of an entry is its function of type `void (struct device_node *)`.
pub unsafe fn init(table: &[of_device_id]) {
    let mut waiting: Vec<(Node, &of_device_id)> = Vec::new();
    let mut at = crate::of::root();
    while let Some(node) = at {
        let named = |entry: &&of_device_id| {
            // SAFETY: a name of the table is a C string within its array.
            let name = unsafe { CStr::from_ptr(entry.compatible.as_ptr()) };
            name.count_bytes() > 0 && node.is_compatible(name.to_bytes())
        };
        if node.is_available()
            && let Some(entry) = table.iter().find(named)
        {
            waiting.push((node, entry));
        }
        at = node.next();
    }
    let mut force = false;
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|(node, entry)| {
            let ready = force || parents_ready(*node);
            if ready {
                // Unless the function takes that back, no driver is to set the provider up once more.
                crate::platform::keep_from(*node);
                // SAFETY: as the caller says.
                unsafe {
                    let setup: unsafe extern "C" fn(*mut device_node) =
                        core::mem::transmute::<*const c_void, _>(entry.data);
                    setup(node.as_raw());
                }
            }
            !ready
        });
        // A ring of providers: their clocks stay orphans until all are there.
        force = waiting.len() == before;
    }
}

/// Whether the providers of all clocks of a node are there.
fn parents_ready(node: Node) -> bool {
    let waits = |i| matches!(find(node, i as c_int, None), Err(Errno::EPROBE_DEFER));
    !(0..parent_count(node)).any(waits)
}

pub(super) unsafe fn init_c(matches: *const of_device_id) {
    if matches.is_null() {
        // Providers that drivers declare are set up at boot, without being asked for.
        return log::warn!("of_clk_init(NULL): the declared providers are set up already");
    }
    let mut count = 0;
    // SAFETY: a table of C ends with an entry without a name.
    unsafe {
        while (*matches.add(count)).compatible.first().is_some_and(|c| *c != 0) {
            count += 1;
        }
        init(core::slice::from_raw_parts(matches, count));
    }
}
