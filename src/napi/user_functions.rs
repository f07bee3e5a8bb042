//! The user's functions that connections call: the reconnect strategy and the credentials provider. JavaScript wraps
//! them, so that they do not throw.

use std::sync::Arc;
use std::time::Duration;

use napi::Status;
use napi::bindgen_prelude::{FnArgs, Function, Promise};
use napi::threadsafe_function::ThreadsafeFunction;
use napi_derive::napi;

use super::failure::NativeFailure;
use crate::config::login::{Credentials, CredentialsProvider};
use crate::config::strategy::{Decision, StrategyFunction};
use crate::error::{Error, Kind, Remedy};

pub type StrategyArgs = FnArgs<(u32, NativeFailure)>;
/// Both are weak: an idle adapter does not keep the process alive.
type CallProvider = ThreadsafeFunction<(), Promise<NativeCredentialsAnswer>, (), Status, false, true>;
type CallStrategy = ThreadsafeFunction<(u32, Error), NativeStrategyAnswer, StrategyArgs, Status, false, true>;

/// The result of the wrapped strategy; without either field, the default delay applies.
#[napi(object)]
pub struct NativeStrategyAnswer {
    /// In milliseconds.
    pub delay: Option<f64>,
    pub give_up: Option<bool>,
}

/// The result of the wrapped credentials provider; without a password, it failed.
#[napi(object)]
pub struct NativeCredentialsAnswer {
    pub username: Option<String>,
    pub password: Option<String>,
}

/// Converts the wrapped strategy, so that connections can call it from any thread.
pub fn strategy_of(strategy: Function<StrategyArgs, NativeStrategyAnswer>) -> napi::Result<StrategyFunction> {
    let strategy: CallStrategy =
        strategy.build_threadsafe_function().weak::<true>().build_callback(|context| {
            let (retries, cause): (u32, Error) = context.value;
            Ok((retries, NativeFailure::new(&cause)).into())
        })?;
    let strategy = Arc::new(strategy);
    Ok(Arc::new(move |retries, cause| {
        let strategy = strategy.clone();
        Box::pin(
            async move { strategy.call_async((retries, cause)).await.map_or(Decision::Default, decision) },
        )
    }))
}

/// Converts the wrapped credentials provider, so that connections can call it from any thread.
pub fn provider_of(
    provider: Function<(), Promise<NativeCredentialsAnswer>>,
) -> napi::Result<CredentialsProvider> {
    let provider: CallProvider =
        provider.build_threadsafe_function().weak::<true>().build_callback(|_| Ok(()))?;
    let provider = Arc::new(provider);
    Ok(Arc::new(move || {
        let provider = provider.clone();
        Box::pin(async move {
            let answer = async { provider.call_async(()).await?.await };
            match answer.await {
                Ok(NativeCredentialsAnswer { username, password: Some(password) }) => {
                    Ok(Credentials { username, password })
                }
                _ => Err(Error::new(Kind::NoCredentials, "the function credentials failed")
                    .with_remedy(Remedy::CheckCredentialsFunction)),
            }
        })
    }))
}

fn decision(answer: NativeStrategyAnswer) -> Decision {
    match (answer.give_up, answer.delay) {
        (Some(true), _) => Decision::Stop,
        (_, Some(delay)) => Decision::After(Duration::from_secs_f64(delay / 1000.0)),
        (_, None) => Decision::Default,
    }
}
