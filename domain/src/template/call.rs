//! Calls to amoCRM on behalf of the account, and the errors that their failures become.

use std::sync::Arc;

use amocrm::rest::Rest;
use base::error::Result;
use secrecy::SecretString;
use uuid::Uuid;

use crate::source;
use crate::source::SourceContext;
use crate::tenant::token::with_token;

pub(super) async fn call<T, Call, Called>(app: &Arc<SourceContext>, tenant_id: Uuid, call: Call) -> Result<T>
where
    Call: Fn(Rest, SecretString) -> Called,
    Called: Future<Output = Result<T, amocrm::Error>>,
{
    with_token(&app.tenants, tenant_id, call).await.map_err(source::call_error)
}
