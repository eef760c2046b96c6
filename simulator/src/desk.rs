//! What the mail server and the receiver of webhooks share. Neither is a messenger, so neither is a `Wire`; the server under them,
//! their faults and the frame of their pages are the kit's.

use std::future::Future;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Result;
use serde_json::{Map, Value};

use crate::kit::{self, Answer, Call, Fault, Faults, Frame, Look, Server, Shared};

/// Largest request, and largest letter, in bytes.
pub(crate) const LARGEST: usize = 4 * 1024 * 1024;
/// What is remembered: the newest of each.
pub(crate) const REMEMBERED: usize = 500;

/// Its state, its faults, and what it answers beside the pages that all have.
pub(crate) trait Desk: Send + Sync + 'static {
    type State: Send + 'static;
    /// `troubles` are its buttons, each a fault of the next calls.
    const LOOK: Look;

    fn shared(&self) -> &Shared<Self::State>;

    fn faults(&self) -> &Faults;

    /// `None`: the connection is dropped.
    fn answer(&self, call: &Call, frame: Frame) -> impl Future<Output = Option<Answer>> + Send;
}

/// Serves at a free port of this machine.
pub(crate) fn start<D: Desk>(desk: &Arc<D>) -> Result<Server> {
    let shared = web::Data::new(Arc::clone(desk));
    Server::start(D::LOOK.title, "127.0.0.1:0", move |app| {
        app.app_data(shared.clone()).default_service(web::to(serve::<D>));
    })
}

async fn serve<D: Desk>(desk: web::Data<Arc<D>>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let Some(call) = Call::read(&request, payload, LARGEST).await else { return kit::cut() };
    if (call.method.as_str(), call.path.as_str()) == ("GET", "events") {
        return kit::events(desk.shared().subscribe());
    }
    let desk = Arc::clone(&desk);
    let task = actix_web::rt::spawn(async move { answer::<D>(&desk, &call).await });
    match task.await {
        Ok(Some(answer)) => answer.respond(),
        Ok(None) => kit::cut(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn answer<D: Desk>(desk: &D, call: &Call) -> Option<Answer> {
    let frame = Frame::of(call, &D::LOOK);
    match (call.method.as_str(), call.segments().as_slice()) {
        ("GET", ["static", file]) => Some(kit::asset(file)),
        ("GET", ["trouble"]) => Some(kit::trouble_page(frame, desk.faults(), D::LOOK.troubles)),
        ("POST", ["trouble"]) if call.is_own() => Some(press(desk, call, &frame)),
        ("POST", ["trouble"]) => Some(Answer::empty(403)),
        _ => desk.answer(call, frame).await,
    }
}

/// A switch is put on (`fault`) or off (`mend`); without either everything is mended.
fn press<D: Desk>(desk: &D, call: &Call, frame: &Frame) -> Answer {
    match (call.param("fault").unwrap_or_default(), call.param("mend").unwrap_or_default()) {
        ("", "") => desk.faults().clear(),
        ("", name) => desk.faults().mend(|one| one == name),
        (fault, _) => {
            if let Err(error) = break_it(desk.faults(), fault) {
                return Answer::new(422, "text/plain; charset=utf-8", format!("{error:#}"));
            }
        }
    }
    desk.shared().touch();
    frame.back_to("/trouble")
}

fn break_it(faults: &Faults, fault: &str) -> Result<()> {
    let mut given: Map<String, Value> = serde_json::from_str(fault)?;
    let count = given.remove("count").map(serde_json::from_value).transpose()?;
    faults.add("*", None, count, Fault::read(given, &[])?);
    Ok(())
}
