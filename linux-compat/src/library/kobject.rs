// SPDX-License-Identifier: GPL-2.0-only
//! Counted objects. There is no sysfs to show them.

use crate::bindings::{kobj_type, kobject};
use crate::locking::List;
use core::sync::atomic::AtomicI32;
use core::sync::atomic::Ordering::{AcqRel, Relaxed};

crate::exports! {
    family "library";
    [any, supported, "library::tests::objects_are_counted"]
    fn kobject_init(kobj: *mut kobject, ktype: *const kobj_type) -> () = init;
    [any, supported, "library::tests::objects_are_counted"]
    fn kobject_get(kobj: *mut kobject) -> *mut kobject = get;
    [any, supported, "library::tests::objects_are_counted"]
    fn kobject_put(kobj: *mut kobject) -> () = put;
    [any, supported, "library::tests::objects_are_counted"]
    fn kobject_del(kobj: *mut kobject) -> () = del;
}

unsafe fn count<'a>(kobj: *mut kobject) -> &'a AtomicI32 {
    // SAFETY: the caller's object.
    unsafe { AtomicI32::from_ptr(&raw mut (*kobj).kref.refcount.refs.counter) }
}

pub(super) unsafe fn init(kobj: *mut kobject, ktype: *const kobj_type) {
    // SAFETY: the caller's object.
    unsafe {
        count(kobj).store(1, Relaxed);
        List(&raw mut (*kobj).entry).init();
        (*kobj).ktype = ktype;
        (*kobj).set_state_initialized(1);
    }
}

pub(super) unsafe fn get(kobj: *mut kobject) -> *mut kobject {
    if !kobj.is_null() {
        // SAFETY: the caller's object.
        unsafe { count(kobj) }.fetch_add(1, Relaxed);
    }
    kobj
}

/// The last one calls the type's release, then lets go of name and parent.
pub(super) unsafe fn put(kobj: *mut kobject) {
    // SAFETY: the caller's object, whose last user this may be.
    unsafe {
        if kobj.is_null() || count(kobj).fetch_sub(1, AcqRel) != 1 {
            return;
        }
        let (parent, name) = ((*kobj).parent, (*kobj).name);
        if let Some(release) = (*kobj).ktype.as_ref().and_then(|ktype| ktype.release) {
            release(kobj);
        }
        crate::slab::kfree(name.cast());
        put(parent);
    }
}

/// It was shown nowhere; its parent is let go with its last user.
unsafe fn del(kobj: *mut kobject) {
    if !kobj.is_null() {
        // SAFETY: the caller's object.
        unsafe { (*kobj).set_state_in_sysfs(0) };
    }
}
