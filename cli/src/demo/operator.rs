//! The demo's operator. The demo itself has their authenticator and shows its codes, so that the admin opens at once; a real Parom
//! shows nobody's.

use std::sync::Arc;

use anyhow::{Context, ensure};
use base::store::{VENDOR, in_transaction};
use base::vault::Place;
use entity::person::Model as Person;
use parom::admin::operators;
use parom::app::App;
use parom::audit::{Actor, By};
use parom::identity::{credentials, person};
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;

use crate::terminal;

/// Their e-mail address.
pub const OPERATOR: &str = "operator@demo.example";

/// The operator of a running demo.
#[derive(Clone)]
pub struct Operator {
    app: Arc<App>,
}

/// A code of the authenticator. Each signs in once.
pub struct Code {
    pub digits: String,
    /// Until the next one.
    pub seconds: u64,
}

impl Operator {
    /// Adds the operator with an authenticator, or finds that of an earlier run with the same data.
    pub async fn of(app: Arc<App>) -> anyhow::Result<Self> {
        let operator = Self { app };
        let added =
            operators::add_operator(&operator.app.panel, OPERATOR, "", terminal::language(), &operator.by()).await?;
        let person = match added {
            Ok((person, _)) => person,
            Err(_) => operator.person().await?,
        };
        if person.totp_secret.is_none() {
            operator.connects(&person).await?;
        }
        Ok(operator)
    }

    fn by(&self) -> By {
        By { actor: Actor::Cli, address: None }
    }

    async fn person(&self) -> anyhow::Result<Person> {
        let app = &self.app;
        let found = person::operator_by_email(&app.identity, app.store.read(), OPERATOR).await?;
        found.context("the demo's operator is gone")
    }

    async fn connects(&self, person: &Person) -> anyhow::Result<()> {
        let (app, secret) = (&self.app, Secret::generate().to_base32());
        let sealed = app.vault.seal(VENDOR, Place::Totp, &person.id.to_string(), secret.as_bytes());
        // No code was used yet, so the present one is valid too.
        let done = in_transaction(&app.store, async |tx| {
            credentials::set_authenticator(tx, person, Some((sealed, 0)), None).await.map_err(anyhow::Error::from)
        });
        ensure!(done.await?, "the demo's operator was changed meanwhile");
        Ok(())
    }

    pub async fn id(&self) -> anyhow::Result<Uuid> {
        Ok(self.person().await?.id)
    }

    /// A one-time link into the admin.
    pub async fn link(&self) -> anyhow::Result<String> {
        operators::issue_link(&self.app.panel, &self.person().await?, false, &self.by()).await
    }

    /// The present code.
    pub async fn code(&self) -> anyhow::Result<Code> {
        let person = self.person().await?;
        let sealed = person.totp_secret.context("the demo's operator has no authenticator")?;
        let secret = self.app.vault.open_sealed(VENDOR, Place::Totp, &person.id.to_string(), &sealed)?;
        let now = u64::try_from(self.app.clock.millis() / 1000).unwrap_or(0);
        let codes = authenticator(std::str::from_utf8(&secret)?)?;
        Ok(Code { digits: codes.generate(now).to_string(), seconds: codes.next_step(now).saturating_sub(now) })
    }
}

fn authenticator(secret: &str) -> anyhow::Result<Totp> {
    let secret = Secret::try_from_base32(secret).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let totp = Builder::new().with_secret(secret).with_account_name("parom").build();
    totp.map_err(|error| anyhow::anyhow!("the authenticator: {error}"))
}
