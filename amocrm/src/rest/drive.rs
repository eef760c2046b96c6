//! The files host (crm-api §8), for attachments of templates and notes. Chats do not use it: they use public addresses.

use std::fmt;
use std::time::Duration;

use reqwest::Client;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::read;
use super::request::{Request, path_id};
use crate::error::Error;
use crate::lenient;
use crate::transport::{self, Answer, TOTAL_TIME};

/// A client of an account's files host. Cheap to clone; contains no token.
#[derive(Clone)]
pub struct Drive {
    http: Client,
    base: Url,
    total_time: Duration,
}

/// A file on the files host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriveFile {
    /// Its id.
    pub uuid: String,
    /// Name.
    pub name: String,
    /// Bytes.
    pub size: Option<u64>,
    /// E.g. `image/png`.
    pub mime_type: Option<String>,
    /// Its address. Check the host before sending a token there.
    pub download_url: Option<String>,
    /// In the bin.
    pub is_trashed: bool,
}

impl DriveFile {
    fn read(file: &Value) -> Option<Self> {
        let inside = |part, key| file.get(part).and_then(|part| lenient::text(part, key));
        let download = file.get("_links").and_then(|links| lenient::present(links, "download"));
        Some(Self {
            uuid: lenient::text(file, "uuid")?,
            name: lenient::text(file, "name").unwrap_or_default(),
            size: lenient::size(file, "size"),
            mime_type: inside("metadata", "mime_type"),
            download_url: download.and_then(|link| lenient::text(link, "href")),
            is_trashed: lenient::flag(file, "is_trashed").unwrap_or(false),
        })
    }
}

impl Drive {
    /// A client for the account's `drive_url` ([`Account`](super::Account)); check its host with
    /// [`HostRules::drive`](crate::HostRules::drive) first. `http` as for [`Rest::new`](super::Rest::new).
    pub fn new(http: Client, drive_url: &str) -> Result<Self, Error> {
        Ok(Self { http, base: transport::base_url("Drive::new", drive_url)?, total_time: TOTAL_TIME })
    }

    /// The same client with another total time limit for each request (default [`TOTAL_TIME`]).
    pub fn with_total_time(mut self, total_time: Duration) -> Self {
        self.total_time = total_time;
        self
    }

    /// One file. `None` if it does not exist (any more).
    pub async fn file(&self, token: &SecretString, uuid: &str) -> Result<Option<DriveFile>, Error> {
        const CALL: &str = "file";
        let path = vec!["v1.0", "files", path_id(CALL, "uuid", uuid)?];
        read::found(self.call(token, Request::get(CALL, path, Vec::new())).await, DriveFile::read)
    }

    /// The bytes of a file, at most `limit`. Its address is followed on this files host alone, because the token goes
    /// along. `None` when there is no such file any more.
    pub async fn download(
        &self,
        token: &SecretString,
        file: &DriveFile,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, Error> {
        const CALL: &str = "download";
        let given = file.download_url.as_deref().and_then(|text| Url::parse(text).ok());
        let given = given.ok_or_else(|| Error::invalid(CALL, "the file has no address"))?;
        let url = if given.origin() == self.base.origin() {
            given
        } else {
            let mut url = self.base.clone();
            url.set_path(&format!("{}{}", self.base.path().trim_end_matches('/'), given.path()));
            url
        };
        let request = Request::get(CALL, Vec::new(), Vec::new());
        match request.send_for_file(&self.http, url, token, self.total_time, limit).await {
            Ok(answer) => Ok(Some(answer.body)),
            Err(Error::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn call(&self, token: &SecretString, request: Request<'_>) -> Result<Answer, Error> {
        let url = transport::join(&self.base, request.path.iter().copied());
        request.send(&self.http, url, token, self.total_time).await
    }
}

impl fmt::Debug for Drive {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Drive").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}
