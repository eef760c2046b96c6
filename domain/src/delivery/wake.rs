//! Notifies the other processes of new work: PostgreSQL's NOTIFY, after the commit and on a separate connection,
//! without contents and at most 20 times a second. A process that misses it (broken connection, or a database without
//! LISTEN) polls within a second.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::ConnectionTrait;
use sea_orm::sqlx::postgres::PgListener;
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

use crate::delivery::DeliveryContext;

/// Channel name; notifications stay within one database.
const CHANNEL: &str = "parom";
/// Events within this time are sent as one notification.
const TOGETHER: Duration = Duration::from_millis(50);
/// Delay before reconnecting.
const AGAIN: Duration = Duration::from_secs(1);

/// Sends and receives notifications until the stop. On SQLite there are no other processes.
pub async fn run(app: Arc<DeliveryContext>, stop: CancellationToken) {
    if app.store.is_sqlite() {
        stop.cancelled().await;
        return;
    }
    tokio::select! {
        () = stop.cancelled() => {}
        () = tell(&app) => {}
        () = hear(&app) => {}
    }
}

async fn tell(app: &DeliveryContext) {
    let came = app.writer.came();
    loop {
        came.notified().await;
        if let Err(error) = app.store.read().execute_unprepared(&format!("NOTIFY {CHANNEL}")).await {
            tracing::debug!(%error, "other processes could not be notified; they will notice by polling");
        }
        tokio::time::sleep(TOGETHER).await;
    }
}

async fn hear(app: &DeliveryContext) {
    loop {
        if let Err(error) = listen(app).await {
            tracing::debug!(%error, "notifications from other processes are unavailable; polling instead");
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn listen(app: &DeliveryContext) -> Result<(), sea_orm::sqlx::Error> {
    let mut listener = PgListener::connect(app.config.database.url.expose_secret()).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // Check at once too: earlier notifications were missed.
        app.writer.stored().notify_one();
        if listener.try_recv().await?.is_none() {
            return Ok(());
        }
    }
}
