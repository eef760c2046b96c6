//! Phone numbers get their country at the door, so that they are compared, shown and dialled as one number afterwards.

use base::error::Result;
use base::message::Person;
use base::phone::complete;
use uuid::Uuid;

use super::IntakeContext;
use crate::tenant::country_of;

/// [`complete`] for a person's number.
pub(super) async fn complete_person(app: &IntakeContext, tenant_id: Uuid, person: &mut Person) -> Result<()> {
    if let Some(phone) = person.phone.as_mut().filter(|phone| !phone.starts_with('+')) {
        *phone = complete(phone, country_of(&app.tenants, tenant_id).await?);
    }
    Ok(())
}
