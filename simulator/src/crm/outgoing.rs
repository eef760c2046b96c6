//! Calls made by the sandbox. Each is made once and never repeated, like amoCRM's.

use std::time::Instant;

use crate::crm::{
    core::Core,
    exchange::Outgoing,
    hook_faults::{HookFault, HookKind},
    log::{HookAnswer, LogDirection, RequestView, millis},
};

/// The result of a hook's delivery.
pub(crate) struct Delivered {
    pub(crate) answer: HookAnswer,
    /// Nothing was sent (yet) because of a fault; there is no answer to judge.
    pub(crate) on_purpose: bool,
}

/// Makes the call and logs the answer.
pub(crate) async fn call(core: &Core, call: Outgoing) -> HookAnswer {
    let started = Instant::now();
    let result = call.request.timeout(call.limit).send().await;
    let spent = millis(started.elapsed());
    let answer = match result {
        Ok(response) => HookAnswer { status: Some(response.status().as_u16()), millis: spent, error: None },
        Err(error) => HookAnswer {
            status: None,
            millis: spent,
            error: Some(if error.is_timeout() {
                format!("no answer in {} s", call.limit.as_secs())
            } else if error.is_connect() {
                "nothing listens there".to_owned()
            } else {
                "the connection broke off".to_owned()
            }),
        },
    };
    core.change(|state| {
        state.log(RequestView {
            number: 0,
            at: core.now(),
            direction: LogDirection::Out,
            method: call.method.to_owned(),
            path: call.shown,
            status: answer.status,
            millis: spent,
            note: answer.error.clone(),
            host: call.host,
        });
    });
    answer
}

/// Sends a hook, subject to faults. `client_id` is the integration whose priority depends on the answer, empty for
/// hooks without one.
pub(crate) async fn deliver(core: &Core, kind: HookKind, client_id: &str, call: Outgoing) -> Delivered {
    let mut wait = core.demotion.delay(client_id);
    let mut twin = None;
    let mut call = call;
    match core.faults.hooks.take(kind) {
        Some(HookFault::Lost) => return unsent(core, &call, "lost on purpose"),
        Some(HookFault::Doubled) => twin = copy(&call),
        Some(HookFault::Late(time)) => wait += time,
        Some(HookFault::Reordered) => {
            let shown = copy_of_log(&call);
            match core.faults.hooks.hold(kind, call) {
                Some(back) => call = back,
                None => return unsent_as(core, shown, "held back until the next hook has left"),
            }
        }
        None => {}
    }
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    let answer = self::call(core, call).await;
    core.demotion.answered(client_id, &answer);
    for late in twin.into_iter().chain(core.faults.hooks.release(kind)) {
        self::call(core, late).await;
    }
    Delivered { answer, on_purpose: false }
}

fn copy(call: &Outgoing) -> Option<Outgoing> {
    Some(Outgoing {
        request: call.request.try_clone()?,
        method: call.method,
        shown: call.shown.clone(),
        host: call.host.clone(),
        limit: call.limit,
    })
}

/// The parts of a call shown in the log: method, path and host.
type Shown = (&'static str, String, Option<String>);

fn copy_of_log(call: &Outgoing) -> Shown {
    (call.method, call.shown.clone(), call.host.clone())
}

fn unsent(core: &Core, call: &Outgoing, reason: &str) -> Delivered {
    unsent_as(core, copy_of_log(call), reason)
}

/// Logged, so that people see why nothing arrives.
fn unsent_as(core: &Core, (method, path, host): Shown, reason: &str) -> Delivered {
    core.change(|state| {
        state.log(RequestView {
            number: 0,
            at: core.now(),
            direction: LogDirection::Out,
            method: method.to_owned(),
            path,
            status: None,
            millis: 0,
            note: Some(reason.to_owned()),
            host,
        });
    });
    Delivered { answer: HookAnswer { status: None, millis: 0, error: Some(reason.to_owned()) }, on_purpose: true }
}
