//! An operator with a browser and an authenticator.

use std::ops::Deref;
use std::time::Duration;

use base::i18n::Language;
use parom::admin::operators::actions;
use parom::audit::{Actor, By};
use parom_tests::{Reply, Visitor, World};
use totp_rs::{Builder, Secret};

pub const EMAIL: &str = "olga@vendor.example";
/// Codes change that often.
const STEP: Duration = Duration::from_secs(30);

/// An operator of the vendor.
pub struct Operator {
    browser: Visitor,
    /// Base32, once the authenticator is connected.
    pub secret: String,
}

impl Deref for Operator {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.browser
    }
}

impl Operator {
    pub fn new(world: &World) -> Self {
        Self { browser: world.visitor(), secret: String::new() }
    }

    /// A new operator, signed in for the first time.
    pub async fn signed_in(world: &World) -> Self {
        let mut olga = Self::new(world);
        let link = make_operator(world, EMAIL).await;
        olga.follows(&link).await;
        let code = olga.enrols(world).await;
        olga.sends("/admin/enrol", &[("code", &code)]).await.is(303);
        olga
    }

    /// Proves again who it is, with the authenticator's next code.
    pub async fn proves(&self, world: &World) {
        let code = self.next_code(world);
        self.opens("/admin/prove?to=/admin/operators").await.is(200);
        let to = self.sends("/admin/prove", &[("current", &code), ("to", "/admin/operators")]).await.is_redirect();
        assert_eq!(to, "/admin/operators");
    }

    /// Opens a sign-in link and presses its button.
    pub async fn follows(&self, link: &str) -> Reply {
        let page = self.opens(link).await;
        if page.status != 200 {
            return page;
        }
        let token = link.split("token=").nth(1).unwrap();
        self.sends("/admin/link", &[("token", token)]).await
    }

    /// Takes the secret of the page over; gives the code of this moment.
    pub async fn enrols(&mut self, world: &World) -> String {
        let page = self.opens("/admin/enrol").await.is(200);
        assert!(page.text.contains("<svg"), "there is a picture to scan");
        self.secret = page.between("<code class=\"mono all\">", "<").unwrap().to_owned();
        self.code(world)
    }

    /// What the authenticator shows now.
    pub fn code(&self, world: &World) -> String {
        let secret = Secret::try_from_base32(&self.secret).unwrap();
        let totp = Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
        totp.generate(u64::try_from(world.clock.millis() / 1000).unwrap()).to_string()
    }

    /// What it shows after half a minute.
    pub fn next_code(&self, world: &World) -> String {
        world.advance(STEP);
        self.code(world)
    }
}

/// Makes an operator as the command line does; gives the link.
pub async fn make_operator(world: &World, email: &str) -> String {
    let by = By { actor: Actor::Cli, address: None };
    let added = actions::add(&world.app().panel, email, "Olga", Language::En, &by).await.unwrap();
    added.unwrap().1
}
