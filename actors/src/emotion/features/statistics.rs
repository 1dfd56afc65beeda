//! Mean, deviation, percentiles, slopes: of one column each.

/// 0 of nothing.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// Deviation of the values themselves, not of what they are a sample of.
pub fn deviation(values: &[f64]) -> f64 {
    let centre = mean(values);
    mean(&values.iter().map(|value| (value - centre).powi(2)).collect::<Vec<_>>()).sqrt()
}

pub fn mean_size(values: &[f64]) -> f64 {
    mean(&values.iter().map(|value| value.abs()).collect::<Vec<_>>())
}

/// Percentiles (shares of 0 to 1), linear between neighbours; 0 of nothing.
pub fn quantiles<const COUNT: usize>(values: &[f64], shares: [f64; COUNT]) -> [f64; COUNT] {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    shares.map(|share| {
        let at = share * sorted.len().saturating_sub(1) as f64;
        let low = sorted.get(at.floor() as usize).copied().unwrap_or(0.0);
        let high = sorted.get(at.ceil() as usize).copied().unwrap_or(low);
        low + (high - low) * (at - at.floor())
    })
}

pub fn quantile(values: &[f64], share: f64) -> f64 {
    quantiles(values, [share])[0]
}

/// Slope by least squares; 0 where there is no extent.
pub fn line(times: &[f64], values: &[f64]) -> f64 {
    let centre = mean(times);
    let square: f64 = times.iter().map(|time| (time - centre).powi(2)).sum();
    let along: f64 = times.iter().zip(values).map(|(time, value)| (time - centre) * value).sum();
    if square > 0.0 { along / square } else { 0.0 }
}

/// Stretches of true as (first, one past the last).
pub fn runs(mask: &[bool]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut first = None;
    for (at, on) in mask.iter().copied().chain([false]).enumerate() {
        match (on, first) {
            (true, None) => first = Some(at),
            (false, Some(from)) => {
                found.push((from, at));
                first = None;
            }
            _ => {}
        }
    }
    found
}
