//! Tests of logins, each with its own database.

use base::clock::Clock;
use base::store::{self, Store};
use secrecy::SecretString;

use super::logins::{LoginError, add, disable, find, key, list, set_password};

async fn store(folder: &tempfile::TempDir) -> Store {
    let url = format!("sqlite://{}", folder.path().join("parom.db").display());
    let settings = base::config::Database {
        url: SecretString::from(url),
        migrate: true,
        max_connections: 4,
        one_account_a_commit: false,
    };
    let store = Store::open(&settings, Clock::frozen(1_795_000_000_123)).await.unwrap();
    store::migrate(&store).await.unwrap();
    store
}

#[tokio::test]
async fn a_login_is_one_however_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let clock = store.clock().clone();
    add(&store, &clock, "Shop@Example.com", "hash".to_owned()).await.unwrap();
    let again = add(&store, &clock, "shop@example.COM", "other".to_owned()).await.unwrap_err();
    assert_eq!(again.downcast_ref(), Some(&LoginError::Taken("shop@example.COM".to_owned())));
    for form in ["", " shop", "shop ", "a\nb", &"x".repeat(201)] {
        let refused = add(&store, &clock, form, "hash".to_owned()).await.unwrap_err();
        assert_eq!(refused.downcast_ref(), Some(&LoginError::Form), "{form:?}");
    }
    let found = find(&store, "SHOP@example.com").await.unwrap().unwrap();
    assert_eq!((found.login.as_str(), found.password_hash.as_str()), ("Shop@Example.com", "hash"));
    assert_eq!(list(&store).await.unwrap().len(), 1);
    assert_eq!(key(" ПАРОМ "), "паром");
}

#[tokio::test]
async fn a_disabled_login_lives_again_with_another_password() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let clock = store.clock().clone();
    add(&store, &clock, "shop", "hash".to_owned()).await.unwrap();
    disable(&store, &clock, "Shop").await.unwrap();
    assert!(find(&store, "shop").await.unwrap().unwrap().disabled_at.is_some());
    set_password(&store, "shop", "other".to_owned()).await.unwrap();
    let found = find(&store, "shop").await.unwrap().unwrap();
    assert_eq!((found.disabled_at, found.password_hash.as_str()), (None, "other"));
    for unknown in [set_password(&store, "shp", String::new()).await, disable(&store, &clock, "shp").await.map(|_| ())]
    {
        assert_eq!(unknown.unwrap_err().downcast_ref(), Some(&LoginError::Unknown("shp".to_owned())));
    }
}
