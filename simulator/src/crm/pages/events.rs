//! Server-sent events that only say "something changed"; the page then reloads its rows.

use std::{convert::Infallible, sync::Arc, time::Duration};

use actix_web::{HttpResponse, http::header, web};
use bytes::Bytes;
use futures_util::stream;

use crate::crm::core::Core;

/// Interval of comments by which closed pages are detected.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Changes within this time are sent together.
const GATHER: Duration = Duration::from_millis(50);

/// `GET /accounts/{host}/events`.
pub(super) async fn stream(core: web::Data<Arc<Core>>) -> HttpResponse {
    let mut changes = core.subscribe();
    changes.mark_changed();
    let body = stream::unfold(changes, |mut changes| async move {
        let text = match tokio::time::timeout(HEARTBEAT, changes.changed()).await {
            Ok(Ok(())) => {
                tokio::time::sleep(GATHER).await;
                let revision = *changes.borrow_and_update();
                format!("event: change\ndata: {revision}\n\n")
            }
            // The sandbox has stopped.
            Ok(Err(_)) => return None,
            Err(_) => ": still here\n\n".to_owned(),
        };
        Some((Ok::<_, Infallible>(Bytes::from(text)), changes))
    });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(body)
}
