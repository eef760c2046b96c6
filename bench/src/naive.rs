//! The naive receiver: the same rows in the same tables, one commit per request.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use anyhow::Context;
use base::store::Store;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::bare::Bare;
use crate::hooks::Hook;
use crate::letters::number_in;
use crate::line::Line;
use crate::raw;

struct Naive {
    store: Store,
    lines: Arc<Vec<Line>>,
    hooks: Arc<Vec<Hook>>,
    /// Its connection pool.
    room: Semaphore,
    /// Connections opened in this runtime outlive the receiver.
    runtime: Handle,
}

/// Starts it with a pool of this many connections; it knows the hooks in advance.
pub fn start(store: Store, lines: Arc<Vec<Line>>, hooks: Arc<Vec<Hook>>, pool: usize) -> anyhow::Result<Bare> {
    let (room, runtime) = (Semaphore::new(pool), Handle::current());
    let naive = Arc::new(Naive { store, lines, hooks, room, runtime });
    Bare::start(move |config| {
        config.app_data(web::Data::from(naive.clone())).default_service(web::to(take));
    })
}

async fn take(naive: web::Data<Naive>, body: web::Bytes) -> HttpResponse {
    let number = number_in(&body).and_then(|number| usize::try_from(number).ok());
    let Some(number) = number.filter(|number| *number < naive.hooks.len()) else {
        return HttpResponse::BadRequest().finish();
    };
    let kept = naive.clone();
    let written = naive.runtime.spawn(async move {
        let _room = kept.room.acquire().await;
        let hook = kept.hooks.get(number).context("a number of ours")?;
        raw::write(&kept.store, &kept.lines, &[hook], number).await
    });
    match written.await {
        Ok(Ok(())) => HttpResponse::Ok().finish(),
        Ok(Err(error)) => HttpResponse::InternalServerError().body(error.to_string()),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}
