//! `/hooks/{kind}`: the calls of the vendor's own application at a messenger, for the lines of all accounts. Each call
//! is split into its lines, and each line's part is stored like a call to that line's own address.
//!
//! ```text
//! body ─▶ authenticate ─▶ split ─▶ each line's sources ─▶ receive ─▶ events.rs ─▶ 200 when all are stored
//! 413        401          └─ unreadable, or of an unknown line: time, line and size are kept
//! ```

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use base::store::VENDOR;
use bytes::Bytes;
use connectors::Connector;
use connectors::incoming::{IncomingCall, NotReceived};
use connectors::vendor_app::LineCall;
use queue::accept_batch::Priority;
use uuid::Uuid;

use super::source::{CalledSource, Missing, RETRY_AFTER};
use super::{echo, query_of, store};
use crate::intake::IntakeContext;
use crate::intake::door::{self, QuarantineReason, RawCall, StillUnusable, StoreError, later};
use crate::source::line as lines;

/// `GET`: the messenger validates the application's address. 404 if the vendor has none, 403 if the request is not
/// recognised.
pub async fn handshake(app: web::Data<IntakeContext>, kind: web::Path<String>, request: HttpRequest) -> HttpResponse {
    let Some(connector) = app.connectors.get(&kind) else { return HttpResponse::NotFound().finish() };
    let Some(vendor_app) = connector.vendor_app() else { return HttpResponse::NotFound().finish() };
    door::measure(connector.kind(), async { echo(vendor_app.handshake(&query_of(&request))) }).await
}

/// `POST`: a call.
pub async fn hook(
    app: web::Data<IntakeContext>,
    kind: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let connector = app.connectors.get(&kind).filter(|connector| connector.vendor_app().is_some()).cloned();
    let Some(connector) = connector else { return HttpResponse::NotFound().finish() };
    door::measure(connector.kind(), async {
        match answer(&app, connector, &request, payload).await {
            Ok(answer) | Err(answer) => answer,
        }
    })
    .await
}

/// The error is a refusal.
async fn answer(
    app: &Arc<IntakeContext>,
    connector: Arc<dyn Connector>,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, HttpResponse> {
    let body = door::read(request, payload, connector.call_limit()).await?;
    let headers = request.headers();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let call = IncomingCall { header: &header, path_secret: "", body: &body };
    if !connector.vendor_app().is_some_and(|vendor_app| vendor_app.authenticate(&call)) {
        return Err(HttpResponse::Unauthorized().finish());
    }
    let kind = connector.kind();
    let storing = door::finish("app_hook", {
        let app = app.clone();
        async move { all_lines(&app, &connector, body, None).await }
    });
    storing.await.map_err(|error| {
        tracing::warn!(door = kind, error = %error, "a webhook of the vendor's app was not stored; the messenger is asked to repeat it");
        later(RETRY_AFTER)
    })?;
    Ok(HttpResponse::Ok().finish())
}

/// A kept call of the app once more.
pub(in crate::intake) async fn again(
    app: &Arc<IntakeContext>,
    kind: &str,
    body: Bytes,
    still: StillUnusable,
) -> Result<(), StoreError> {
    let Some(connector) = app.connectors.get(kind) else {
        still.get_or_init(|| QuarantineReason::UnknownLine);
        return Ok(());
    };
    all_lines(app, connector, body, Some(still)).await
}

/// Stores all parts. One that must be repeated does not stop the others: a repeat recognises what is stored. `again`: see
/// [`RawCall::again`].
async fn all_lines(
    app: &Arc<IntakeContext>,
    connector: &Arc<dyn Connector>,
    body: Bytes,
    again: Option<StillUnusable>,
) -> Result<(), StoreError> {
    let whole = RawCall { again: again.clone(), ..unknown_line(app, connector.kind(), "", body) };
    let parts = match connector.vendor_app().map(|vendor_app| vendor_app.split(&whole.text())) {
        Some(Ok(parts)) => parts,
        Some(Err(NotReceived::Later(detail))) => return Err(StoreError::Retry(anyhow::anyhow!("{detail}"))),
        None | Some(Err(NotReceived::Unreadable)) => {
            return whole.quarantine(app, QuarantineReason::Unreadable).await;
        }
    };
    let mut done = Ok(());
    for part in parts {
        if let Err(retry) = one_part(app, connector.kind(), part, again.as_ref()).await {
            done = Err(retry);
        }
    }
    done
}

/// A part about an account at the messenger is stored for each of its lines.
async fn one_part(
    app: &Arc<IntakeContext>,
    kind: &'static str,
    part: LineCall,
    again: Option<&StillUnusable>,
) -> Result<(), StoreError> {
    let sources = match lines::source_of(&app.sources, kind, &part.line).await? {
        Some(source_id) => vec![source_id],
        None => lines::sources_of(&app.sources, kind, &part.line).await?,
    };
    let (mut is_known, mut done) = (false, Ok(()));
    for source_id in sources {
        let stored = match CalledSource::of(app, kind, source_id).await {
            Ok(line) => store(&Arc::new(CalledSource { again: again.cloned(), ..line }), part.body.clone()).await,
            Err(Missing::Unknown | Missing::Gone) => continue,
            Err(Missing::Unavailable) => Err(StoreError::Retry(anyhow::anyhow!("the line's source could not be read"))),
        };
        is_known = true;
        done = stored.and(done);
    }
    if !is_known {
        let part = unknown_line(app, kind, &part.line, part.body);
        return part.quarantine(app, QuarantineReason::UnknownLine).await;
    }
    done
}

/// A call about a line that no account has, to be quarantined without its text. The daily limit is counted per line, so
/// that one such line does not use up the limit of the others.
fn unknown_line(app: &IntakeContext, kind: &'static str, line: &str, body: Bytes) -> RawCall {
    RawCall {
        id: app.clock.uuid_v7(),
        tenant_id: VENDOR,
        source_id: None,
        kind,
        target: line.to_owned(),
        received_at: app.clock.millis(),
        body,
        priority: Priority::Normal,
        limit_of: Some(Uuid::new_v5(&VENDOR, format!("{kind}:{line}").as_bytes())),
        again: None,
    }
}
