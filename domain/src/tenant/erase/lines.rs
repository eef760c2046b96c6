//! Pending lines of imports: they contain customers who have no chat yet.

use std::collections::BTreeSet;

use base::phone::Likeness;
use entity::import_line::{self, Column};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::seek::Wanted;
use crate::tenant::TenantContext;
use crate::tenant::remove;

/// Rows per page.
const PAGE: u64 = 500;

/// A customer's parts of imports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ImportLines {
    /// Whole chats with them: import and the messenger's id.
    chats: BTreeSet<(Uuid, String)>,
    /// Messages in other people's chats that contain their number as a contact: import and the messenger's id.
    single: BTreeSet<(Uuid, String)>,
    /// Total number of lines.
    pub count: u64,
}

/// The lines that contain a person with this phone number.
pub(super) async fn find(app: &TenantContext, tenant_id: Uuid, wanted: &Wanted) -> Result<ImportLines, DbErr> {
    let mut found = ImportLines::default();
    read(app, tenant_id, |row| match place(&row.text, wanted) {
        Some(NumberPosition::Person) => {
            found.chats.insert((row.import_id, row.conversation_id.clone()));
        }
        Some(NumberPosition::Content) => {
            found.single.insert((row.import_id, row.external_id.clone()));
        }
        None => {}
    })
    .await?;
    let mut count = 0;
    if found != ImportLines::default() {
        read(app, tenant_id, |row| count += u64::from(found.has(row))).await?;
    }
    Ok(ImportLines { count, ..found })
}

/// Their contents, in the format of the public API.
pub(super) async fn texts(app: &TenantContext, tenant_id: Uuid, lines: &ImportLines) -> Result<Vec<Value>, DbErr> {
    let mut texts = Vec::new();
    if lines.count > 0 {
        let mut add = |text: &str| texts.extend(serde_json::from_str::<Value>(text));
        read(app, tenant_id, |row| {
            if lines.has(row) {
                add(&row.text)
            }
        })
        .await?;
    }
    Ok(texts)
}

/// Deletes them; returns how many.
pub(super) async fn wipe(app: &TenantContext, tenant_id: Uuid, lines: &ImportLines) -> Result<u64, DbErr> {
    let mut gone = 0;
    let of = |column: Column, (import_id, id): &(Uuid, String)| {
        Condition::all().add(Column::ImportId.eq(*import_id)).add(column.eq(id.as_str()))
    };
    for chat in &lines.chats {
        gone += remove::rows::<import_line::Entity>(&app.store, tenant_id, of(Column::ConversationId, chat)).await?;
    }
    for line in &lines.single {
        gone += remove::rows::<import_line::Entity>(&app.store, tenant_id, of(Column::ExternalId, line)).await?;
    }
    Ok(gone)
}

impl ImportLines {
    fn has(&self, row: &import_line::Model) -> bool {
        self.chats.contains(&(row.import_id, row.conversation_id.clone()))
            || self.single.contains(&(row.import_id, row.external_id.clone()))
    }
}

async fn read(app: &TenantContext, tenant_id: Uuid, mut each: impl FnMut(&import_line::Model)) -> Result<(), DbErr> {
    let mut after = (Uuid::nil(), String::new());
    loop {
        let (import_id, external_id) = &after;
        let behind = Condition::any().add(Column::ImportId.gt(*import_id)).add(
            Condition::all().add(Column::ImportId.eq(*import_id)).add(Column::ExternalId.gt(external_id.as_str())),
        );
        let page = import_line::Entity::of_tenant(tenant_id)
            .filter(behind)
            .order_by_asc(Column::ImportId)
            .order_by_asc(Column::ExternalId)
            .limit(PAGE)
            .all(app.store.read())
            .await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = (last.import_id, last.external_id.clone());
        page.iter().for_each(&mut each);
    }
}

/// Where the number occurs in a line.
enum NumberPosition {
    Person,
    Content,
}

fn place(text: &str, wanted: &Wanted) -> Option<NumberPosition> {
    let line: Value = serde_json::from_str(text).ok()?;
    let has = |pointer: &str| {
        let phone = line.pointer(pointer).and_then(Value::as_str);
        phone.is_some_and(|phone| wanted.likeness(phone) == Likeness::Same)
    };
    if has("/sender/phone") || has("/receiver/phone") {
        return Some(NumberPosition::Person);
    }
    has("/content/phone").then_some(NumberPosition::Content)
}
