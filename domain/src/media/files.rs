//! File storage: a folder or an S3-compatible bucket. A file's path consists of ids only and begins with the account,
//! so no sender's text becomes a path, and an account's files can be deleted together.
//!
//! ```text
//! {tenant}/{last two characters of id}/{id}-{epoch}
//! ```
//!
//! Each fetch has its own epoch, so that overlapping fetches never write into one file; the row says which is valid.

use std::ops::Range;
use std::sync::Arc;

use anyhow::Context;
use base::config::{self, base};
use base::http_client::HttpClients;
use bytes::Bytes;
use entity::media::{self, Column};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::client::{HttpClient, HttpConnector};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ClientOptions, Error, GetOptions, ObjectStore, ObjectStoreExt, RetryConfig};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::MediaContext;

/// Buffer of one upload into a bucket: the smallest part that S3 accepts.
const PART: usize = 5 * 1024 * 1024;
/// The buffer for a folder, which accepts any size.
const CHUNK: usize = 64 * 1024;
/// Concurrent parts of one upload to S3.
const PARTS: usize = 2;
/// How long a request to S3 is retried.
const REPEATED: std::time::Duration = std::time::Duration::from_secs(20);

/// The file store. Cheap to clone.
#[derive(Clone)]
pub struct FileStore {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    /// Bytes buffered of one upload.
    pub(super) buffer: usize,
}

/// The path of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileKey {
    pub tenant_id: Uuid,
    pub id: Uuid,
    pub epoch: i32,
}

impl FileStore {
    /// Opens the configured store. Makes no request and creates nothing yet.
    pub fn open(media: &config::MediaConfig, http: &HttpClients) -> anyhow::Result<Self> {
        let Some(url) = &media.url else {
            let dir = std::path::absolute(&media.dir).context("media.dir")?;
            let prefix = Path::from_absolute_path(&dir).context("media.dir")?;
            let store = Arc::new(LocalFileSystem::new().with_fsync(true));
            return Ok(Self { store, prefix, buffer: CHUNK });
        };
        let bucket = url.host_str().unwrap_or_default();
        let retry = RetryConfig { max_retries: 3, retry_timeout: REPEATED, ..RetryConfig::default() };
        let mut s3 = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_retry(retry)
            .with_disable_bulk_delete(true)
            .with_http_connector(Ours(http.files().clone()));
        if let Some(region) = &media.s3.region {
            s3 = s3.with_region(region);
        }
        if let Some(endpoint) = &media.s3.endpoint {
            s3 = s3.with_endpoint(base(endpoint)).with_allow_http(endpoint.scheme() == "http");
        }
        if let (Some(id), Some(secret)) = (&media.s3.access_key_id, &media.s3.secret_access_key) {
            s3 = s3.with_access_key_id(id).with_secret_access_key(secret.expose_secret());
        }
        let store = Arc::new(s3.build().context("media.url")?);
        let prefix = Path::from_url_path(url.path()).context("media.url")?;
        Ok(Self { store, prefix, buffer: PART })
    }

    fn of_tenant(&self, tenant_id: Uuid) -> Path {
        self.prefix.clone().join(tenant_id.to_string())
    }

    fn path(&self, key: FileKey) -> Path {
        let id = key.id.to_string();
        let shelf = id.get(id.len() - 2..).unwrap_or_default().to_owned();
        self.of_tenant(key.tenant_id).join(shelf).join(format!("{id}-{}", key.epoch))
    }

    /// Writes a file; it is durable once the writer was shut down without an error.
    pub(super) fn write(&self, key: FileKey) -> BufWriter {
        BufWriter::with_capacity(self.store.clone(), self.path(key), self.buffer).with_max_concurrency(PARTS)
    }

    /// Reads a range of a file; `None` if it does not exist.
    pub(super) async fn read(
        &self,
        key: FileKey,
        range: Range<u64>,
    ) -> Result<Option<BoxStream<'static, Result<Bytes, Error>>>, Error> {
        let options = GetOptions { range: Some(range.into()), ..GetOptions::default() };
        match self.store.get_opts(&self.path(key), options).await {
            Ok(found) => Ok(Some(found.into_stream())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The bytes of a file; `None` if it does not exist.
    pub async fn size(&self, tenant_id: Uuid, id: Uuid, epoch: i32) -> Result<Option<u64>, Error> {
        match self.store.head(&self.path(FileKey { tenant_id, id, epoch })).await {
            Ok(found) => Ok(Some(found.size)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes the files of all epochs up to this one.
    pub(super) async fn remove(&self, key: FileKey) -> Result<(), Error> {
        for epoch in 1..=key.epoch {
            match self.store.delete(&self.path(FileKey { epoch, ..key })).await {
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Deletes all files of an account; returns their number.
    pub(super) async fn remove_tenant(&self, tenant_id: Uuid) -> Result<u64, Error> {
        let all = self.store.list(Some(&self.of_tenant(tenant_id))).map_ok(|found| found.location).boxed();
        let mut gone = 0;
        let mut deleted = self.store.delete_stream(all);
        while let Some(one) = deleted.next().await {
            match one {
                Ok(_) => gone += 1,
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(gone)
    }

    /// Checks that a file can be written, read and deleted, for `parom doctor`.
    pub async fn probe(&self, id: Uuid) -> anyhow::Result<()> {
        const TEXT: &[u8] = b"parom";
        let path = self.prefix.clone().join(format!("probe-{id}"));
        self.store.put(&path, TEXT.into()).await.context("writing")?;
        let read = self.store.get(&path).await.context("reading")?.bytes().await.context("reading")?;
        anyhow::ensure!(read == TEXT, "what was read is not what was written");
        self.store.delete(&path).await.context("deleting")
    }
}

/// Sends the store's requests through our own HTTP client.
#[derive(Debug)]
struct Ours(reqwest::Client);

impl HttpConnector for Ours {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

/// Rows per step.
const BATCH: u64 = 200;

/// Deletes the files of these messages with their avatars; returns the number.
pub async fn of_messages(app: &MediaContext, tenant_id: Uuid, messages: &[Uuid]) -> anyhow::Result<u64> {
    let mut gone = 0;
    loop {
        let some = media::Entity::of_tenant(tenant_id)
            .filter(Column::MessageId.is_in(messages.iter().copied()))
            .limit(BATCH)
            .all(app.store.write())
            .await?;
        if some.is_empty() {
            return Ok(gone);
        }
        gone += remove_rows(app, &some).await?;
    }
}

/// Deletes all files of an account; returns the number of rows.
pub async fn of_tenant(app: &MediaContext, tenant_id: Uuid) -> anyhow::Result<u64> {
    app.media.files.remove_tenant(tenant_id).await?;
    let mut gone = 0;
    loop {
        let some =
            media::Entity::of_tenant(tenant_id).order_by_asc(Column::Id).limit(BATCH).all(app.store.write()).await?;
        if some.is_empty() {
            return Ok(gone);
        }
        // Deletes by name again: a fetch may have written one meanwhile.
        gone += remove_rows(app, &some).await?;
    }
}

/// Deletes rows of any accounts with their files. A fetch in progress finds its row gone and deletes its own file.
pub(super) async fn remove_rows(app: &MediaContext, some: &[media::Model]) -> anyhow::Result<u64> {
    let mut gone = 0;
    for row in some {
        let key = FileKey { tenant_id: row.tenant_id, id: row.id, epoch: row.epoch };
        app.media.files.remove(key).await?;
        let done = media::Entity::delete_of(row.tenant_id)
            .filter(Column::Id.eq(row.id))
            .filter(Column::Epoch.eq(row.epoch))
            .exec(app.store.write())
            .await?;
        gone += done.rows_affected;
    }
    Ok(gone)
}
