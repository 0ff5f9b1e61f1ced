import { useState } from "react";
import { Icon } from "../shell/icon.tsx";

export type TagsFieldProps = {
  readonly tags: readonly string[];
  readonly onChange: (tags: readonly string[]) => void;
};

const most = 20;

/** Tags as they are typed: Enter or a comma ends one. */
export function TagsField({ tags, onChange }: TagsFieldProps) {
  const [typed, setTyped] = useState("");
  const add = (text: string) => {
    const tag = text.trim().replace(/^#/, "");
    setTyped("");
    if (tag && !tags.includes(tag) && tags.length < most) onChange([...tags, tag]);
  };
  return (
    <div className="field">
      <label htmlFor="tag-input">Tags</label>
      <div className="tags">
        {tags.map((tag) => (
          <span key={tag} className="tag">
            {tag}
            <button
              type="button"
              aria-label={`Remove the tag ${tag}`}
              onClick={() => onChange(tags.filter((one) => one !== tag))}
            >
              <Icon name="close" />
            </button>
          </span>
        ))}
        <input
          id="tag-input"
          value={typed}
          maxLength={50}
          placeholder={tags.length === 0 ? "home, shop…" : ""}
          autoComplete="off"
          onChange={(event) => {
            if (event.target.value.endsWith(",")) add(event.target.value.slice(0, -1));
            else setTyped(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && typed.trim() && !event.ctrlKey && !event.metaKey) {
              event.preventDefault();
              add(typed);
            }
            if (event.key === "Backspace" && typed === "") onChange(tags.slice(0, -1));
          }}
          onBlur={() => add(typed)}
        />
      </div>
    </div>
  );
}
