// SPDX-License-Identifier: GPL-2.0-only
//! What drivers name and nobody here asks them for: programs that look at frames, time stamps, rules, profiles of interrupts,
//! devices that stand in for others. Each is refused as Linux documents it.

use crate::bindings::{
    bpf_prog, dim, dim_cq_moder, dim_sample, failover, flow_block_offload, list_head, net_device,
    sk_buff, skb_shared_hwtstamps, xdp_buff, xdp_frame, xdp_mem_type, xdp_rxq_info,
};
use crate::errno::Errno;
use core::ffi::{c_int, c_uint, c_void};
use core::ptr::null_mut;

type Work = Option<unsafe extern "C" fn(*mut crate::bindings::work_struct)>;

crate::exports! {
    family "net";
    [any, supported, "none"]
    fn __xdp_rxq_info_reg(xdp_rxq: *mut xdp_rxq_info, dev: *mut net_device, queue_index: u32, napi_id: c_uint, frag_size: u32) -> c_int = register_queue;
    [any, supported, "none"]
    fn xdp_rxq_info_unreg(xdp_rxq: *mut xdp_rxq_info) -> () = unregister_queue;
    [any, supported, "none"]
    fn xdp_rxq_info_is_reg(xdp_rxq: *mut xdp_rxq_info) -> bool = is_registered;
    [any, supported, "none"]
    fn xdp_rxq_info_reg_mem_model(xdp_rxq: *mut xdp_rxq_info, kind: xdp_mem_type, allocator: *mut c_void) -> c_int = set_memory;
    [any, supported, "none"]
    fn xdp_rxq_info_unreg_mem_model(xdp_rxq: *mut xdp_rxq_info) -> () = unset_memory;
    [any, partial, "none"]
    fn xdp_features_set_redirect_target(dev: *mut net_device, support_sg: bool) -> () = set_target;
    [any, partial, "none"]
    fn xdp_features_clear_redirect_target(dev: *mut net_device) -> () = clear_target;
    [any, partial, "none"]
    fn bpf_prog_run_xdp(prog: *const bpf_prog, xdp: *mut xdp_buff) -> u32 = run;
    [any, partial, "none"]
    fn bpf_prog_add(prog: *mut bpf_prog, i: c_int) -> () = add;
    [any, partial, "none"]
    fn bpf_prog_sub(prog: *mut bpf_prog, i: c_int) -> () = add;
    [any, partial, "none"]
    fn bpf_prog_put(prog: *mut bpf_prog) -> () = give;
    [any, partial, "none"]
    fn bpf_warn_invalid_xdp_action(dev: *mut net_device, prog: *mut bpf_prog, act: u32) -> () = warn;
    [any, partial, "none"]
    fn xdp_do_redirect(dev: *mut net_device, xdp: *mut xdp_buff, prog: *const bpf_prog) -> c_int = redirect;
    [any, partial, "none"]
    fn xdp_do_flush() -> () = nothing;
    [any, partial, "none"]
    fn xdp_convert_buff_to_frame(xdp: *mut xdp_buff) -> *mut xdp_frame = no_frame;
    [any, partial, "none"]
    fn xdp_return_frame(xdpf: *mut xdp_frame) -> () = none_returns;
    [any, partial, "none"]
    fn xdp_return_frame_rx_napi(xdpf: *mut xdp_frame) -> () = none_returns;
    [any, partial, "none"]
    fn skb_clone_tx_timestamp(skb: *mut sk_buff) -> () = stamp;
    [any, partial, "none"]
    fn skb_tstamp_tx(orig_skb: *mut sk_buff, hwtstamps: *mut skb_shared_hwtstamps) -> () = stamped;
    [any, partial, "none"]
    fn skb_defer_rx_timestamp(skb: *mut sk_buff) -> bool = never;
    [any, partial, "none"]
    fn net_failover_create(standby_dev: *mut net_device) -> *mut failover = no_failover;
    [any, partial, "none"]
    fn net_failover_destroy(failover: *mut failover) -> () = no_failover_goes;
    [any, partial, "none"]
    fn flow_block_cb_setup_simple(f: *mut flow_block_offload, driver_list: *mut list_head, cb: Rule, cb_ident: *mut c_void, cb_priv: *mut c_void, ingress_only: bool) -> c_int = no_rules;
    [any, partial, "none"]
    fn net_dim_init_irq_moder(dev: *mut net_device, profile_flags: u8, coal_flags: u8, rx_mode: u8, tx_mode: u8, rx_dim_work: Work, tx_dim_work: Work) -> c_int = no_profiles;
    [any, partial, "none"]
    fn net_dim_free_irq_moder(dev: *mut net_device) -> () = no_profiles_go;
    [any, partial, "none"]
    fn net_dim(dim: *mut dim, end_sample: dim_sample) -> () = sample;
    [any, partial, "none"]
    fn net_dim_get_rx_irq_moder(dev: *mut net_device, dim: *mut dim) -> dim_cq_moder = profile;
    [any, partial, "none"]
    fn net_dim_setting(dev: *mut net_device, dim: *mut dim, is_tx: bool) -> () = set_profile;
    [any, partial, "none"]
    fn net_dim_work_cancel(dim: *mut dim) -> () = cancel;
}

type Rule = Option<unsafe extern "C" fn(crate::bindings::tc_setup_type, *mut c_void, *mut c_void) -> c_int>;

const REGISTERED: u32 = 1;

unsafe fn register_queue(q: *mut xdp_rxq_info, dev: *mut net_device, index: u32, napi_id: c_uint, frag_size: u32) -> c_int {
    // SAFETY: the caller's structure.
    unsafe {
        q.write_bytes(0, 1);
        ((*q).dev, (*q).queue_index, (*q).reg_state) = (dev, index, REGISTERED);
        ((*q).napi_id, (*q).frag_size) = (napi_id, frag_size);
    }
    0
}

unsafe fn unregister_queue(q: *mut xdp_rxq_info) {
    // SAFETY: the caller's structure.
    unsafe { (*q).reg_state = 0 };
}

unsafe fn is_registered(q: *mut xdp_rxq_info) -> bool {
    // SAFETY: the caller's structure.
    unsafe { (*q).reg_state == REGISTERED }
}

unsafe fn set_memory(q: *mut xdp_rxq_info, kind: xdp_mem_type, _allocator: *mut c_void) -> c_int {
    // SAFETY: the caller's structure.
    unsafe { (*q).mem.type_ = kind };
    0
}

unsafe fn unset_memory(q: *mut xdp_rxq_info) {
    // SAFETY: the caller's structure.
    unsafe { (*q).mem.type_ = 0 };
}

fn set_target(_dev: *mut net_device, _gathers: bool) {}
fn clear_target(_dev: *mut net_device) {}

/// `XDP_ABORTED`.
fn run(_prog: *const bpf_prog, _xdp: *mut xdp_buff) -> u32 {
    0
}

fn add(_prog: *mut bpf_prog, _i: c_int) {}
fn give(_prog: *mut bpf_prog) {}

fn warn(_dev: *mut net_device, _prog: *mut bpf_prog, act: u32) {
    log::warn!("a program that cannot be decided {act}");
}

fn redirect(_dev: *mut net_device, _xdp: *mut xdp_buff, _prog: *const bpf_prog) -> c_int {
    Errno::EOPNOTSUPP.to_c()
}

fn nothing() {}

fn no_frame(_xdp: *mut xdp_buff) -> *mut xdp_frame {
    null_mut()
}

fn none_returns(_frame: *mut xdp_frame) {}

/// Nobody asked for the time of a frame.
fn stamp(_skb: *mut sk_buff) {}
fn stamped(_skb: *mut sk_buff, _at: *mut skb_shared_hwtstamps) {}

fn never(_skb: *mut sk_buff) -> bool {
    false
}

fn no_failover(_dev: *mut net_device) -> *mut failover {
    Errno::EOPNOTSUPP.to_ptr()
}

fn no_failover_goes(_failover: *mut failover) {}

fn no_rules(
    _f: *mut flow_block_offload,
    _list: *mut list_head,
    _cb: Rule,
    _ident: *mut c_void,
    _data: *mut c_void,
    _ingress: bool,
) -> c_int {
    Errno::EOPNOTSUPP.to_c()
}

fn no_profiles(_dev: *mut net_device, _flags: u8, _coalesce: u8, _rx: u8, _tx: u8, _rx_work: Work, _tx_work: Work) -> c_int {
    Errno::EOPNOTSUPP.to_c()
}

fn no_profiles_go(_dev: *mut net_device) {}
fn sample(_dim: *mut dim, _end: dim_sample) {}

fn profile(_dev: *mut net_device, _dim: *mut dim) -> dim_cq_moder {
    // SAFETY: numbers and null pointers.
    unsafe { core::mem::zeroed() }
}

fn set_profile(_dev: *mut net_device, _dim: *mut dim, _is_tx: bool) {}
fn cancel(_dim: *mut dim) {}
