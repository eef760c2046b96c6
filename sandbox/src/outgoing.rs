//! Calls the sandbox makes by itself. Each is made once and never repeated, as amoCRM does it.

use std::time::{Duration, Instant};

use crate::{
    core::Core,
    log::{LogDirection, RequestView},
    wire::millis,
};

/// How a hook was answered.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct HookAnswer {
    /// HTTP status; none when there was no answer in time.
    pub status: Option<u16>,
    /// How long the answer took, or how long was waited for it.
    pub millis: u64,
    /// Why there was no answer.
    pub error: Option<String>,
}

/// One call with what the log needs to know about it.
pub(crate) struct Call {
    pub(crate) request: reqwest::RequestBuilder,
    pub(crate) method: &'static str,
    /// Without secrets: it is shown to people.
    pub(crate) shown: String,
    pub(crate) host: Option<String>,
    pub(crate) limit: Duration,
}

/// Makes the call and writes the answer into the log.
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
