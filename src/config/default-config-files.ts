/** Config files that are read if one exists in the working folder and `--config` names no other; the first counts. Apart, so that `--help` loads fast. */
export const DEFAULT_CONFIG_FILES = ['nocturne.config.json', 'nocturne.config.yaml', 'nocturne.config.yml'] as const;
