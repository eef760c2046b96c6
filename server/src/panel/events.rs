//! `GET /panel/events`: notifies an open page of changes in its account. The page then reloads itself and updates its
//! parts, so the stream contains no data.

use base::browser::client_address;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::{StatusCode, header};
use base::error::Error;
use base::i18n::LocalizedText;
use bytes::Bytes;
use entity::conversation;
use futures_util::stream;
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, Interval, interval_at};
use uuid::Uuid;

use super::html::nothing_kept;
use super::member::Member;
use crate::identity::session;
use crate::load_shedding::{self, CapacityShare};
use crate::panel::{Answer, AppData};

/// Changes within this time are reported as one.
const TOGETHER: Duration = Duration::from_secs(2);
/// Interval of events without a known change, for changes over time or by other instances.
const ANYWAY: Duration = Duration::from_secs(10);
/// If more conversations than this have changed, the page is notified without checking whether they belong to its
/// account.
const MANY: usize = 200;

struct PanelFeed {
    app: AppData,
    member: Member,
    changes: Receiver<Uuid>,
    moved: BTreeSet<Uuid>,
    lagged: bool,
    breath: Interval,
    anyway: Interval,
    /// Counts towards the limits of its address and session until dropped.
    _place: Place,
}

type Place = (CapacityShare<IpAddr>, CapacityShare<Uuid>);

/// `GET /panel/events`. 503 if the address or the session has too many open streams; the page then does not update
/// itself.
pub(super) async fn get(app: AppData, member: Member, request: HttpRequest) -> Answer {
    let address = load_shedding::counted(client_address(&request, &app.config.server.trusted_proxies));
    let place = app.usage.load.stream(address, member.session.id);
    let place = place
        .ok_or_else(|| Error::Unavailable { detail: LocalizedText::new("said-too-many-at-once"), retry_after: 30 })?;
    let feed = PanelFeed {
        changes: app.changes.subscribe(),
        moved: BTreeSet::new(),
        lagged: false,
        breath: interval_at(Instant::now() + TOGETHER, TOGETHER),
        anyway: interval_at(Instant::now() + ANYWAY, ANYWAY),
        app,
        member,
        _place: place,
    };
    let first = Bytes::from_static(b"retry: 5000\n\n");
    let events = stream::unfold((feed, Some(first)), |(mut feed, first)| async move {
        let bytes = match first {
            Some(first) => first,
            None => feed.next().await?,
        };
        Some((Ok::<_, actix_web::Error>(bytes), (feed, None)))
    });
    Ok(nothing_kept(StatusCode::OK)
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store, no-transform"))
        // Without this header nginx would buffer the events.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(events))
}

impl PanelFeed {
    /// The next event; `None` ends the stream.
    async fn next(&mut self) -> Option<Bytes> {
        const MOVED: Bytes = Bytes::from_static(b"event: moved\ndata: {}\n\n");
        loop {
            tokio::select! {
                () = self.app.stop.cancelled() => return None,
                heard = self.changes.recv() => match heard {
                    Ok(conversation_id) if self.moved.len() < MANY => {
                        self.moved.insert(conversation_id);
                    }
                    Ok(_) | Err(RecvError::Lagged(_)) => self.lagged = true,
                    Err(RecvError::Closed) => return None,
                },
                _ = self.breath.tick() => {
                    // A comment without a change: a page that was closed is noticed by writing to it, and its place
                    // in the limits is free again.
                    return Some(if self.is_ours().await { MOVED } else { Bytes::from_static(b":\n\n") });
                }
                _ = self.anyway.tick() => return self.still_in().await.then_some(MOVED),
            }
        }
    }

    /// Whether something in this account has changed since the last event.
    async fn is_ours(&mut self) -> bool {
        let moved = std::mem::take(&mut self.moved);
        if std::mem::take(&mut self.lagged) {
            return true;
        }
        if moved.is_empty() {
            return false;
        }
        let ours = conversation::Entity::of_tenant(self.member.tenant_id)
            .filter(conversation::Column::Id.is_in(moved))
            .count(self.app.store.read())
            .await;
        ours.is_ok_and(|count| count > 0)
    }

    /// Whether the session is still valid; the stream ends with it.
    async fn still_in(&self) -> bool {
        let row = &self.member.session;
        let living = session::living(&self.app.identity, self.app.store.read(), row.tenant_id, row.id).await;
        living.is_ok_and(|living| living.is_some())
    }
}
