//! Calls made by the sandbox. Each is made once and never repeated, like amoCRM's.

use std::time::{Duration, Instant};

use crate::{
    core::Core,
    log::{LogDirection, RequestView},
    wire::millis,
};

/// The answer to a hook.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct HookAnswer {
    /// HTTP status; `None` without an answer in time.
    pub status: Option<u16>,
    /// Milliseconds until the answer, or until the time-out.
    pub millis: u64,
    /// Why there was no answer.
    pub error: Option<String>,
}

/// A call and its data for the log.
pub(crate) struct Call {
    pub(crate) request: reqwest::RequestBuilder,
    pub(crate) method: &'static str,
    /// Without secrets, for display.
    pub(crate) shown: String,
    pub(crate) host: Option<String>,
    pub(crate) limit: Duration,
}

/// Makes the call and logs the answer.
pub(crate) async fn call(core: &Core, call: Call) -> HookAnswer {
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
                "nobody listens there".to_owned()
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
