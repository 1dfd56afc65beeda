//! What the devices in a room bear of a mesh.

/// A mesh with a device that bears few links ([`FEW_LINKS`]) has so many people at most: each of them is an encoder and a decoder more.
pub const PEOPLE: u32 = 3;
/// What such a device says among its capabilities.
pub const FEW_LINKS: &str = "few_links";

/// How many people may be peer to peer; `few_links`: somebody's device bears few.
pub fn mesh_limit(setting: u32, few_links: bool) -> u32 {
    if few_links { setting.min(PEOPLE) } else { setting }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weakest_device_sets_the_limit_and_never_raises_it() {
        for (setting, few_links, limit) in [(5, false, 5), (5, true, 3), (2, true, 2), (2, false, 2)] {
            assert_eq!(mesh_limit(setting, few_links), limit);
        }
    }
}
