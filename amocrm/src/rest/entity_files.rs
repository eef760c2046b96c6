//! Files attached to cards (crm-api §8).

use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Entity, Request, Rest, read};
use crate::error::Error;
use crate::lenient;

/// A file attached to a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityFile {
    /// The file's uuid on the files host.
    pub file_uuid: String,
    /// CRM id of the link.
    pub id: Option<i64>,
}

impl EntityFile {
    fn read(file: &Value) -> Option<Self> {
        Some(Self { file_uuid: lenient::text(file, "file_uuid")?, id: lenient::number(file, "id") })
    }
}

impl Rest {
    /// The files of a card.
    pub async fn files_of(&self, token: &SecretString, entity: Entity, id: i64) -> Result<Vec<EntityFile>, Error> {
        let id = id.to_string();
        let path = vec![entity.segment(), id.as_str(), "files"];
        let answer = self.call(token, Request::get("files_of", path, Vec::new())).await?;
        read::embedded(&answer, "files", EntityFile::read)
    }

    /// Attaches files to a card, by their uuids on the files host. Safe to repeat.
    pub async fn link_files(
        &self,
        token: &SecretString,
        entity: Entity,
        id: i64,
        file_uuids: &[&str],
    ) -> Result<(), Error> {
        self.change_files("link_files", token, Method::PUT, (entity, id), file_uuids).await
    }

    /// Detaches files from a card; they stay on the files host.
    pub async fn unlink_files(
        &self,
        token: &SecretString,
        entity: Entity,
        id: i64,
        file_uuids: &[&str],
    ) -> Result<(), Error> {
        self.change_files("unlink_files", token, Method::DELETE, (entity, id), file_uuids).await
    }

    async fn change_files(
        &self,
        call: &'static str,
        token: &SecretString,
        method: Method,
        (entity, id): (Entity, i64),
        file_uuids: &[&str],
    ) -> Result<(), Error> {
        let id = id.to_string();
        let items: Vec<Value> = file_uuids.iter().map(|uuid| json!({"file_uuid": uuid})).collect();
        let request = Request::with_body(call, method, vec![entity.segment(), &id, "files"], &items)?;
        self.call(token, request).await?.nothing_expected()
    }
}
