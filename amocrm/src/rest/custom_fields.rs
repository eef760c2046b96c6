//! The custom fields that cards of an account have (crm-api §5.4).

use secrecy::SecretString;
use serde_json::Value;

use super::page::{Page, numbered};
use super::{Entity, Request, Rest};
use crate::error::Error;
use crate::lenient;

/// Fields per page: amoCRM's maximum.
const PAGE: u32 = 250;

/// A custom field of a kind of card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomField {
    /// CRM id.
    pub id: i64,
    /// Its name on the card.
    pub name: String,
    /// `UTM_SOURCE`, `PHONE`, …; fields created by users have none.
    pub code: Option<String>,
    /// `text`, `multitext`, `tracking_data`, ….
    pub kind: String,
}

impl CustomField {
    /// The kind of fields that hold where a lead came from; only leads have them.
    pub const TRACKING_DATA: &'static str = "tracking_data";

    fn read(field: &Value) -> Option<Self> {
        Some(Self {
            id: lenient::number(field, "id")?,
            name: lenient::text(field, "name").unwrap_or_default(),
            code: lenient::text(field, "code"),
            kind: lenient::text(field, "type").unwrap_or_default(),
        })
    }
}

impl Rest {
    /// A page of up to 250 custom fields of a kind of card; `page` counts from 1.
    pub async fn custom_fields(
        &self,
        token: &SecretString,
        entity: Entity,
        page: u32,
    ) -> Result<Page<CustomField>, Error> {
        const CALL: &str = "custom_fields";
        let request = Request::get(CALL, vec![entity.segment(), CALL], numbered(page, PAGE));
        Page::read(&self.call(token, request).await?, page, CALL, CustomField::read)
    }
}
